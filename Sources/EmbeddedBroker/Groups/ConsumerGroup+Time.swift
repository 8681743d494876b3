extension ConsumerGroup {
  /// When `tick` has something to do; nil when nothing ever runs out.
  var nextDeadline: Int64? {
    var deadlines = Array(pending.values)
    if case .preparing(let deadline, _) = phase { deadlines.append(deadline) }
    if let syncDeadline { deadlines.append(syncDeadline) }
    for member in members.values where !member.isWaiting { deadlines.append(member.deadline) }
    return deadlines.min()
  }

  /// Ends what has run out by `now`.
  func tick(_ now: Int64) {
    if pending.contains(where: { $0.value <= now }) {
      pending = pending.filter { $0.value > now }
      completeIfAllJoined(now)
    }
    let silent = orderedMembers.filter { !$0.isWaiting && $0.deadline <= now }
    expel(silent.map(\.id), now)
    if case .preparing(let deadline, let opening) = phase, deadline <= now { endPreparing(opening, now) }
    if let syncDeadline, syncDeadline <= now {
      self.syncDeadline = nil
      expel(orderedMembers.filter { !$0.hasSynced }.map(\.id), now)
    }
  }

  private func expel(_ ids: [String], _ now: Int64) {
    guard !ids.isEmpty else { return }
    for id in ids { remove(id) }
    rebalance(now)
  }

  private func endPreparing(_ opening: Opening?, _ now: Int64) {
    guard opening != nil, members.values.contains(where: { $0.joinToken == nil }) || !pending.isEmpty else {
      return complete(now)
    }
    // Somebody was given an id, or lost its connection, while the group opened: it has the usual time.
    phase = .preparing(deadline: now + rebalanceTimeout, opening: nil)
    completeIfAllJoined(now)
  }

  var description: GroupDescription {
    let state =
      switch phase {
      case .empty: "Empty"
      case .preparing: "PreparingRebalance"
      case .completing: "CompletingRebalance"
      case .stable: "Stable"
      }
    let members = orderedMembers.map {
      GroupDescription.Member(
        id: $0.id, instance: $0.instance, client: $0.client, host: $0.host, metadata: $0.metadata(for: protocolName),
        assignment: $0.assignment)
    }
    return GroupDescription(
      name: name, state: state, protocolType: protocolType ?? "", protocolName: protocolName ?? "", members: members)
  }
}
