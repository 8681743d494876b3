import Testing

@testable import EmbeddedBroker

@Suite
struct StaticMemberTests {
  private let group = GroupFixture()

  @Test func `a static member comes back without a rebalance and finds its assignment`() throws {
    let (ids, generation) = group.stable(2, static: true)
    let token = group.join(group.request(instance: "i1"))
    let answer = try #require(group.joins[token])
    #expect(answer.error == .none && answer.generation == generation && answer.member != ids[1])
    #expect(group.state == "Stable")
    let sync = group.sync(answer.member, generation)
    #expect(group.syncs[sync]?.assignment == Array(ids[1].utf8))
    #expect(group.heartbeat(ids[0], generation, instance: "i0") == .none)
  }

  @Test func `its double is fenced`() throws {
    let (ids, generation) = group.stable(2, static: true)
    group.join(group.request(instance: "i1"))
    #expect(group.heartbeat(ids[1], generation, instance: "i1") == .fencedInstanceID)
    #expect(group.heartbeat(ids[1], generation) == .unknownMemberID)
    let token = group.join(group.request(ids[1], instance: "i1"))
    #expect(group.joins[token]?.error == .fencedInstanceID)
  }

  @Test func `a request of the old self that waits is fenced`() throws {
    let (ids, _) = group.stable(2, static: true)
    let old = group.join(group.request(ids[0], instance: "i0"))
    let new = group.join(group.request(instance: "i0"))
    #expect(group.joins[old]?.error == .fencedInstanceID)
    #expect(group.joins[new] == nil)
    group.join(group.request(ids[1], instance: "i1"))
    #expect(group.joins[new]?.generation == 3)
  }

  @Test func `a leader that comes back is told that the assignment stands`() throws {
    let (ids, generation) = group.stable(2, static: true)
    var request = group.request(instance: "i0")
    request.canSkipAssignment = true
    let newer = try #require(group.joined(request))
    #expect(newer.skipsAssignment && newer.leader == newer.member && newer.members.count == 2)
    // An older client does not know of that: it is not told that it leads.
    let older = try #require(group.joined(group.request(instance: "i0")))
    #expect(!older.skipsAssignment && older.leader != older.member && older.members.isEmpty)
    #expect(older.generation == generation)
    #expect(group.heartbeat(ids[1], generation, instance: "i1") == .none)
  }

  @Test func `with another subscription it does rebalance`() throws {
    _ = group.stable(2, static: true)
    let token = group.join(group.request(instance: "i1", metadata: [9]))
    #expect(group.joins[token] == nil)
    #expect(group.state == "PreparingRebalance")
  }

  @Test func `one that is away keeps its place through a rebalance until its session ends`() throws {
    let (ids, _) = group.stable(2, static: true)
    let first = group.join(group.request(ids[0], instance: "i0", session: 60_000))
    let absent = group.join(group.request(ids[1], instance: "i1", session: 60_000))
    #expect(group.joins[absent]?.generation == 3)
    group.sync(ids[1], 3)
    group.sync(ids[0], 3, [ids[0]: [1], ids[1]: [2]])
    #expect(group.joins[first]?.generation == 3)
    let third = group.join(group.request(session: 60_000))
    group.join(group.request(ids[0], instance: "i0", session: 60_000))
    group.pass(30_001)
    #expect(group.joins[third]?.generation == 4)
    let newID = try #require(group.joins[third]?.member)
    group.sync(newID, 4)
    group.sync(ids[0], 4, [ids[1]: [3]])
    #expect(group.coordinator.describe("g")?.members.count == 3)
    for _ in 0..<2 {
      group.pass(14_000)
      #expect(group.heartbeat(ids[0], 4) == .none)
      #expect(group.heartbeat(newID, 4) == .none)
    }
    let back = group.join(group.request(instance: "i1", session: 60_000))
    let member = try #require(group.joins[back]?.member)
    let sync = group.sync(member, 4)
    #expect(group.syncs[sync]?.assignment == [3])
    group.pass(60_001)
    #expect(!group.coordinator.hasMembers("g"))
  }

  @Test func `an administrator takes it out by its name`() throws {
    let (ids, _) = group.stable(2, static: true)
    #expect(group.leave("", instance: "i9") == .unknownMemberID)
    #expect(group.leave("other", instance: "i1") == .fencedInstanceID)
    #expect(group.leave("", instance: "i1") == .none)
    let token = group.join(group.request(ids[0], instance: "i0"))
    #expect(group.joins[token]?.members.map(\.instance) == ["i0"])
  }
}
