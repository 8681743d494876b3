@testable import EmbeddedBroker

/// One coordinator, driven by hand.
final class GroupFixture {
  let coordinator: GroupCoordinator
  var now: Int64 = 0
  private var nextToken: RequestToken = 0
  private var nextID = 0
  private(set) var joins: [RequestToken: JoinAnswer] = [:]
  private(set) var syncs: [RequestToken: SyncAnswer] = [:]
  /// How often the group had lost its last member when a token was answered: generations begin anew then.
  private(set) var lives: [RequestToken: Int] = [:]
  private var life = 0
  /// Tokens that were answered twice.
  private(set) var repeated: [RequestToken] = []

  init(_ settings: GroupSettings = .init()) { coordinator = GroupCoordinator(settings: settings) }

  func request(
    _ member: String = "", instance: String? = nil, protocols: [String] = ["range"], metadata: [UInt8] = [1],
    asksForID: Bool = false, session: Int64 = 10_000, rebalance: Int64 = 30_000
  ) -> JoinRequest {
    nextID += 1
    return JoinRequest(
      group: "g", member: member, instance: instance, sessionTimeout: session, rebalanceTimeout: rebalance,
      protocolType: "consumer", protocols: protocols.map { GroupProtocol(name: $0, metadata: metadata) },
      asksForID: asksForID, newMember: "m\(nextID)")
  }

  @discardableResult
  func join(_ request: JoinRequest) -> RequestToken {
    nextToken += 1
    take(coordinator.join(request, token: nextToken, now: now))
    return nextToken
  }

  @discardableResult
  func sync(_ member: String, _ generation: Int32, _ assignments: [String: [UInt8]] = [:]) -> RequestToken {
    nextToken += 1
    let request = SyncRequest(group: "g", member: member, generation: generation, assignments: assignments)
    take(coordinator.sync(request, token: nextToken, now: now))
    return nextToken
  }

  /// The answer to a join that does not wait.
  func joined(_ request: JoinRequest) -> JoinAnswer? {
    let token = join(request)
    return joins[token]
  }

  func heartbeat(_ member: String, _ generation: Int32, instance: String? = nil) -> ErrorCode {
    coordinator.heartbeat(
      MemberClaim(group: "g", member: member, instance: instance, generation: generation), now: now)
  }

  func commit(_ member: String, _ generation: Int32) -> ErrorCode {
    coordinator.commit(MemberClaim(group: "g", member: member, generation: generation), now: now)
  }

  func leave(_ member: String, instance: String? = nil) -> ErrorCode {
    let result = coordinator.leave(group: "g", member: member, instance: instance, now: now)
    take(result.effects)
    return result.error
  }

  func forget(_ token: RequestToken) { coordinator.forget(token, group: "g", now: now) }

  /// Lets time pass, with every deadline on the way.
  func pass(_ milliseconds: Int64) {
    let end = now + milliseconds
    while let deadline = coordinator.nextDeadline, deadline <= end {
      now = max(now, deadline)
      take(coordinator.tick(now: now))
    }
    now = end
  }

  private func take(_ effects: [GroupEffect]) {
    for effect in effects {
      if joins[effect.token] != nil || syncs[effect.token] != nil { repeated.append(effect.token) }
      lives[effect.token] = life
      switch effect.answer {
      case .join(let answer): joins[effect.token] = answer
      case .sync(let answer): syncs[effect.token] = answer
      }
    }
    if !coordinator.hasMembers("g") { life += 1 }
  }

  var state: String? { coordinator.describe("g")?.state }

  /// Members that joined one after the other and are stable, each with its name as its assignment.
  func stable(_ count: Int, static isStatic: Bool = false) -> (members: [String], generation: Int32) {
    var ids: [String] = []
    var tokens: [RequestToken] = []
    for index in 0..<count {
      let request = request(instance: isStatic ? "i\(index)" : nil)
      let again = ids.enumerated().map { self.request($1, instance: isStatic ? "i\($0)" : nil) }
      ids.append(request.newMember)
      tokens = [join(request)] + again.map { join($0) }
    }
    let generation = joins[tokens[0]]?.generation ?? -1
    let leader = joins[tokens[0]]?.leader ?? ""
    for id in ids where id != leader { sync(id, generation) }
    sync(leader, generation, Dictionary(uniqueKeysWithValues: ids.map { ($0, Array($0.utf8)) }))
    return (ids, generation)
  }
}
