/// All groups. Requests come in with the time, and answers come out, for the request itself or for those that wait.
///
/// `now` is milliseconds of a clock that never goes back. `tick` is to be called at `nextDeadline`; too early or twice
/// does no harm. What is kept of a group when its last member is gone is its offsets, in `OffsetStore`.
final class GroupCoordinator {
  let settings: GroupSettings
  private var groups: [String: ConsumerGroup] = [:]
  /// Not later than the next thing to do.
  private(set) var nextDeadline: Int64?

  init(settings: GroupSettings = GroupSettings()) { self.settings = settings }

  func join(_ request: JoinRequest, token: RequestToken, now: Int64) -> [GroupEffect] {
    if let error = refusal(request) {
      return [GroupEffect(token: token, answer: .join(JoinAnswer(error: error, member: request.member)))]
    }
    let group = groups[request.group] ?? ConsumerGroup(name: request.group, settings: settings)
    groups[request.group] = group
    group.join(request, token: token, now: now)
    return settle(group)
  }

  private func refusal(_ request: JoinRequest) -> ErrorCode? {
    if request.group.isEmpty { return .invalidGroupID }
    if !settings.sessionTimeouts.contains(request.sessionTimeout) { return .invalidSessionTimeout }
    if request.protocolType.isEmpty || request.protocols.isEmpty { return .inconsistentGroupProtocol }
    if !request.member.isEmpty, groups[request.group] == nil { return .unknownMemberID }
    return nil
  }

  func sync(_ request: SyncRequest, token: RequestToken, now: Int64) -> [GroupEffect] {
    guard let group = groups[request.group] else {
      return [GroupEffect(token: token, answer: .sync(SyncAnswer(error: .unknownMemberID)))]
    }
    group.sync(request, token: token, now: now)
    return settle(group)
  }

  func heartbeat(_ claim: MemberClaim, now: Int64) -> ErrorCode {
    groups[claim.group]?.heartbeat(claim, now: now) ?? .unknownMemberID
  }

  /// One member of a LeaveGroup request.
  func leave(
    group: String, member: String, instance: String?, now: Int64
  ) -> (error: ErrorCode, effects: [GroupEffect]) {
    guard let group = groups[group] else { return (.unknownMemberID, []) }
    let error = group.leave(member: member, instance: instance, now: now)
    return (error, settle(group))
  }

  /// Whether a commit may be taken: from a member of this generation, or from outside into a group without members.
  func commit(_ claim: MemberClaim, now: Int64) -> ErrorCode {
    if claim.group.isEmpty { return .invalidGroupID }
    guard let group = groups[claim.group] else { return claim.generation < 0 ? .none : .illegalGeneration }
    return group.commit(claim, now: now)
  }

  /// To be called when a connection closes on which `token` waits for its answer.
  func forget(_ token: RequestToken, group: String, now: Int64) {
    guard let group = groups[group] else { return }
    group.forget(token, now: now)
    _ = settle(group)
  }

  func tick(now: Int64) -> [GroupEffect] {
    guard let deadline = nextDeadline, deadline <= now else { return [] }
    nextDeadline = nil
    var effects: [GroupEffect] = []
    for group in Array(groups.values) {
      if let deadline = group.nextDeadline, deadline <= now { group.tick(now) }
      effects += settle(group)
    }
    return effects
  }

  /// Takes a group's answers, notes its deadline, and lets it go when nobody is left.
  private func settle(_ group: ConsumerGroup) -> [GroupEffect] {
    if group.isGone { groups[group.name] = nil }
    if let deadline = group.nextDeadline { nextDeadline = min(deadline, nextDeadline ?? .max) }
    return group.takeEffects()
  }

  /// True while somebody is in the group, or about to be.
  func hasMembers(_ group: String) -> Bool { groups[group] != nil }

  /// Nil for a group without members.
  func describe(_ group: String) -> GroupDescription? { groups[group]?.description }

  var descriptions: [GroupDescription] { groups.values.map(\.description) }
}
