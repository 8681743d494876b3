/// One group: who is in it, which generation it has, and what it waits for. Kafka's classic protocol.
///
/// It decides only; answers are collected in `effects`. Times are milliseconds of a clock that never goes back.
final class ConsumerGroup {
  enum Phase: Equatable {
    case empty
    /// Waits for its members to join until `deadline`; while `opening`, also for members that nobody knows yet.
    case preparing(deadline: Int64, opening: Opening?)
    /// Waits for the leader's assignment.
    case completing
    case stable
  }

  /// The first rebalance of an empty group waits a little for others, each of whom prolongs it.
  struct Opening: Equatable {
    var latest: Int64
  }

  let name: String
  let settings: GroupSettings
  var phase = Phase.empty
  var generation: Int32 = 0
  var protocolType: String?
  var protocolName: String?
  var leader: String?
  var members: [String: GroupMember] = [:]
  /// Static members' ids by their instance.
  var instances: [String: String] = [:]
  /// Ids that were given out and have not joined yet, with their deadline.
  var pending: [String: Int64] = [:]
  /// Until then every member has to ask for its assignment.
  var syncDeadline: Int64?
  var effects: [GroupEffect] = []
  private var nextOrder: UInt64 = 0

  init(name: String, settings: GroupSettings) {
    self.name = name
    self.settings = settings
  }

  /// True when nothing is left of it but its name.
  var isGone: Bool { members.isEmpty && pending.isEmpty }

  var orderedMembers: [GroupMember] { members.values.sorted { $0.order < $1.order } }

  /// The longest of its members' rebalance time-outs.
  var rebalanceTimeout: Int64 { members.values.map(\.rebalanceTimeout).max() ?? 0 }

  func takeEffects() -> [GroupEffect] {
    defer { effects = [] }
    return effects
  }

  func answer(_ token: RequestToken, _ answer: JoinAnswer) {
    effects.append(GroupEffect(token: token, answer: .join(answer)))
  }

  func answer(_ token: RequestToken, _ answer: SyncAnswer) {
    effects.append(GroupEffect(token: token, answer: .sync(answer)))
  }

  /// Checks a static member's claim to its name; nil when nothing speaks against it.
  func fence(_ instance: String?, _ member: String) -> ErrorCode? {
    guard let instance else { return nil }
    guard let holder = instances[instance] else { return .unknownMemberID }
    return holder == member ? nil : .fencedInstanceID
  }

  func add(_ request: JoinRequest, id: String, token: RequestToken, now: Int64) {
    var member = GroupMember(request, id: id, order: nextOrder, now: now)
    nextOrder += 1
    member.joinToken = token
    members[id] = member
    pending[id] = nil
    if let instance = request.instance { instances[instance] = id }
    if members.count == 1 {
      protocolType = request.protocolType
      leader = id
    }
  }

  /// Takes a member out; whoever waits in its name is told `error`. The caller sees to the rebalance.
  func remove(_ id: String, telling error: ErrorCode = .unknownMemberID) {
    guard let member = members.removeValue(forKey: id) else { return }
    dismiss(member, error)
    if let instance = member.instance, instances[instance] == id { instances[instance] = nil }
    if leader == id { leader = nil }
  }

  func dismiss(_ member: GroupMember, _ error: ErrorCode) {
    if let token = member.joinToken { answer(token, JoinAnswer(error: error, member: member.id)) }
    if let token = member.syncToken { answer(token, SyncAnswer(error: error)) }
  }
}
