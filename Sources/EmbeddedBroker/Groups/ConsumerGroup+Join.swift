extension ConsumerGroup {
  func join(_ request: JoinRequest, token: RequestToken, now: Int64) {
    if let error = request.member.isEmpty ? joinNew(request, token, now) : joinKnown(request, token, now) {
      answer(token, JoinAnswer(error: error, member: request.member))
    }
  }

  private func joinNew(_ request: JoinRequest, _ token: RequestToken, _ now: Int64) -> ErrorCode? {
    if let instance = request.instance, let old = instances[instance] {
      guard accepts(request) else { return .inconsistentGroupProtocol }
      replaceStatic(old, request, token, now)
      return nil
    }
    guard members.count + pending.count < settings.largestGroup else { return .groupMaxSizeReached }
    guard accepts(request) else { return .inconsistentGroupProtocol }
    guard request.asksForID, request.instance == nil else {
      enter(request, id: request.newMember, token, now)
      return nil
    }
    pending[request.newMember] = now + request.sessionTimeout
    answer(token, JoinAnswer(error: .memberIDRequired, member: request.newMember))
    return nil
  }

  private func joinKnown(_ request: JoinRequest, _ token: RequestToken, _ now: Int64) -> ErrorCode? {
    if let error = fence(request.instance, request.member) { return error }
    guard members[request.member] != nil || pending[request.member] != nil else { return .unknownMemberID }
    guard accepts(request) else { return .inconsistentGroupProtocol }
    guard let member = members[request.member] else {
      enter(request, id: request.member, token, now)
      return nil
    }
    let isSame = member.protocols == request.protocols
    switch phase {
    case .completing where isSame:
      // It saw no answer to its join.
      members[member.id]?.heard(now)
      answer(token, currentGeneration(for: member.id))
    case .stable where isSame && member.id != leader:
      members[member.id]?.heard(now)
      answer(token, currentGeneration(for: member.id))
    default:
      wait(request, id: member.id, token)
      rebalance(now)
    }
    return nil
  }

  private func enter(_ request: JoinRequest, id: String, _ token: RequestToken, _ now: Int64) {
    add(request, id: id, token: token, now: now)
    prolongOpening(now)
    rebalance(now)
  }

  private func wait(_ request: JoinRequest, id: String, _ token: RequestToken) {
    if let older = members[id]?.joinToken {
      answer(older, JoinAnswer(error: .rebalanceInProgress, member: id))
    }
    members[id]?.update(request)
    members[id]?.joinToken = token
  }

  /// A group takes whoever knows a protocol that all its members know.
  private func accepts(_ request: JoinRequest) -> Bool {
    guard !members.isEmpty else { return true }
    guard request.protocolType == protocolType else { return false }
    return request.protocols.contains { candidate in
      members.values.allSatisfy { $0.protocols.contains { $0.name == candidate.name } }
    }
  }

  /// A static member is back under a new id: it takes the old one's place, and where nothing of it changed its
  /// assignment as well, without a rebalance.
  private func replaceStatic(_ old: String, _ request: JoinRequest, _ token: RequestToken, _ now: Int64) {
    guard var member = members.removeValue(forKey: old) else { return }
    dismiss(member, .fencedInstanceID)
    let isSame = member.protocols == request.protocols
    member.id = request.newMember
    (member.joinToken, member.syncToken) = (nil, nil)
    member.update(request)
    member.heard(now)
    let wasLeader = leader == old
    if wasLeader { leader = member.id }
    members[member.id] = member
    if let instance = request.instance { instances[instance] = member.id }
    guard phase == .stable, isSame else {
      members[member.id]?.joinToken = token
      return rebalance(now)
    }
    var current = currentGeneration(for: member.id)
    if wasLeader, request.canSkipAssignment {
      current.skipsAssignment = true
    } else if wasLeader {
      // An older client that hears that it leads would assign; under the old id it does not know itself.
      current.leader = old
      current.members = []
    }
    answer(token, current)
  }
}
