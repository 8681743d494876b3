extension ConsumerGroup {
  /// Begins a rebalance, or goes on with it, and ends it when everyone is there.
  func rebalance(_ now: Int64) {
    switch phase {
    case .preparing: break
    case .completing, .stable:
      for member in members.values {
        guard let token = member.syncToken else { continue }
        answer(token, SyncAnswer(error: .rebalanceInProgress))
        members[member.id]?.syncToken = nil
        members[member.id]?.heard(now)
      }
      phase = .preparing(deadline: now + rebalanceTimeout, opening: nil)
    case .empty where settings.initialDelay > 0:
      let latest = now + max(rebalanceTimeout, settings.initialDelay)
      phase = .preparing(deadline: now + settings.initialDelay, opening: Opening(latest: latest))
    case .empty:
      phase = .preparing(deadline: now + rebalanceTimeout, opening: nil)
    }
    syncDeadline = nil
    completeIfAllJoined(now)
  }

  func prolongOpening(_ now: Int64) {
    guard case .preparing(_, let opening?) = phase else { return }
    phase = .preparing(deadline: min(now + settings.initialDelay, opening.latest), opening: opening)
  }

  func completeIfAllJoined(_ now: Int64) {
    guard case .preparing(_, nil) = phase, pending.isEmpty else { return }
    if members.values.allSatisfy({ $0.joinToken != nil }) { complete(now) }
  }

  /// Ends the wait for joins: who has not come is out, but for static members, who have until their session ends.
  func complete(_ now: Int64) {
    for member in members.values where member.joinToken == nil && member.instance == nil { remove(member.id) }
    generation = generation == .max ? 1 : generation + 1
    guard !members.isEmpty else { return becomeEmpty() }
    let joined = orderedMembers.filter { $0.joinToken != nil }
    guard let first = joined.first else {
      phase = .preparing(deadline: now + rebalanceTimeout, opening: nil)
      return
    }
    if !joined.contains(where: { $0.id == leader }) { leader = first.id }
    protocolName = selectProtocol()
    phase = .completing
    syncDeadline = now + rebalanceTimeout
    for member in orderedMembers {
      members[member.id]?.assignment = []
      // A static member that is away is not waited for.
      members[member.id]?.hasSynced = member.joinToken == nil
      guard let token = member.joinToken else { continue }
      members[member.id]?.joinToken = nil
      members[member.id]?.heard(now)
      answer(token, currentGeneration(for: member.id))
    }
  }

  private func becomeEmpty() {
    phase = .empty
    (protocolName, protocolType, leader, syncDeadline) = (nil, nil, nil, nil)
  }

  /// Of the protocols that all know, the one that most like best; the leader's order decides a draw.
  private func selectProtocol() -> String? {
    let members = orderedMembers
    let common = members.dropFirst().reduce(Set(members.first?.protocols.map(\.name) ?? [])) { names, member in
      names.intersection(member.protocols.map(\.name))
    }
    var votes: [String: Int] = [:]
    for member in members {
      if let choice = member.protocols.first(where: { common.contains($0.name) }) {
        votes[choice.name, default: 0] += 1
      }
    }
    let most = votes.values.max()
    let leading = leader.flatMap { self.members[$0] } ?? members.first
    return leading?.protocols.first { votes[$0.name] == most }?.name
  }

  func currentGeneration(for member: String) -> JoinAnswer {
    var answer = JoinAnswer(
      generation: generation, protocolType: protocolType, protocolName: protocolName, leader: leader ?? "",
      member: member)
    if member == leader {
      answer.members = orderedMembers.map {
        ListedMember(id: $0.id, instance: $0.instance, metadata: $0.metadata(for: protocolName))
      }
    }
    return answer
  }
}
