/// What members do while the group has a generation.
extension ConsumerGroup {
  func sync(_ request: SyncRequest, token: RequestToken, now: Int64) {
    if let error = trySync(request, token, now) { answer(token, SyncAnswer(error: error)) }
  }

  private func trySync(_ request: SyncRequest, _ token: RequestToken, _ now: Int64) -> ErrorCode? {
    if let error = check(request.member, request.instance, request.generation) { return error }
    if let type = request.protocolType, type != protocolType { return .inconsistentGroupProtocol }
    if let name = request.protocolName, name != protocolName { return .inconsistentGroupProtocol }
    switch phase {
    case .empty: return .unknownMemberID
    case .preparing: return .rebalanceInProgress
    case .stable:
      noteSynced(request.member, now)
      answer(token, assignment(of: request.member))
    case .completing:
      noteSynced(request.member, now)
      if let older = members[request.member]?.syncToken { answer(older, SyncAnswer(error: .rebalanceInProgress)) }
      members[request.member]?.syncToken = token
      if request.member == leader { assign(request.assignments, now) }
    }
    return nil
  }

  private func noteSynced(_ member: String, _ now: Int64) {
    members[member]?.hasSynced = true
    members[member]?.heard(now)
    if members.values.allSatisfy(\.hasSynced) { syncDeadline = nil }
  }

  private func assign(_ assignments: [String: [UInt8]], _ now: Int64) {
    phase = .stable
    for member in orderedMembers {
      members[member.id]?.assignment = assignments[member.id] ?? []
      guard let token = member.syncToken else { continue }
      members[member.id]?.syncToken = nil
      members[member.id]?.heard(now)
      answer(token, assignment(of: member.id))
    }
  }

  private func assignment(of member: String) -> SyncAnswer {
    SyncAnswer(
      protocolType: protocolType, protocolName: protocolName, assignment: members[member]?.assignment ?? [])
  }

  private func check(_ member: String, _ instance: String?, _ generation: Int32) -> ErrorCode? {
    if let error = fence(instance, member) { return error }
    guard members[member] != nil else { return .unknownMemberID }
    return generation == self.generation ? nil : .illegalGeneration
  }

  func heartbeat(_ claim: MemberClaim, now: Int64) -> ErrorCode {
    if let error = check(claim.member, claim.instance, claim.generation) { return error }
    members[claim.member]?.heard(now)
    if case .preparing = phase { return .rebalanceInProgress }
    return .none
  }

  /// Whether a commit may be taken.
  func commit(_ claim: MemberClaim, now: Int64) -> ErrorCode {
    if claim.generation < 0, members.isEmpty { return .none }
    if let error = check(claim.member, claim.instance, claim.generation) { return error }
    members[claim.member]?.heard(now)
    return phase == .completing ? .rebalanceInProgress : .none
  }

  /// - Parameter member: may be empty for a static member, which an administrator takes out.
  func leave(member: String, instance: String?, now: Int64) -> ErrorCode {
    if pending.removeValue(forKey: member) != nil {
      completeIfAllJoined(now)
      return .none
    }
    var id = member
    if let instance {
      guard let holder = instances[instance] else { return .unknownMemberID }
      guard member.isEmpty || member == holder else { return .fencedInstanceID }
      id = holder
    }
    guard members[id] != nil else { return .unknownMemberID }
    remove(id)
    rebalance(now)
    return .none
  }

  /// A connection is gone on which a request was waiting: who sent it must be heard of again in time.
  func forget(_ token: RequestToken, now: Int64) {
    for member in members.values where member.joinToken == token || member.syncToken == token {
      if member.joinToken == token { members[member.id]?.joinToken = nil }
      if member.syncToken == token { members[member.id]?.syncToken = nil }
      members[member.id]?.heard(now)
    }
  }
}
