import Testing

@testable import EmbeddedBroker

@Suite
struct GroupTests {
  private let group = GroupFixture()

  @Test func `one alone joins, leads and is assigned without waiting`() throws {
    let token = group.join(group.request())
    let joined = try #require(group.joins[token])
    #expect(joined.error == .none && joined.generation == 1 && joined.leader == joined.member)
    #expect(joined.members.map(\.id) == [joined.member] && joined.protocolName == "range")
    let sync = group.sync(joined.member, 1, [joined.member: [7]])
    #expect(group.syncs[sync]?.assignment == [7])
    #expect(group.state == "Stable")
    #expect(group.heartbeat(joined.member, 1) == .none)
  }

  @Test func `a member first gets its id, and leaves no ghost when it never comes`() throws {
    let token = group.join(group.request(asksForID: true))
    let answer = try #require(group.joins[token])
    #expect(answer.error == .memberIDRequired && !answer.member.isEmpty)
    #expect(group.coordinator.hasMembers("g"))
    let again = group.join(group.request(answer.member, asksForID: true))
    #expect(group.joins[again]?.generation == 1)
    group.join(group.request(asksForID: true))
    group.pass(60_000)
    #expect(!group.coordinator.hasMembers("g"))
  }

  @Test func `a second member makes everyone join again`() throws {
    let (ids, _) = group.stable(1)
    let second = group.join(group.request())
    #expect(group.joins[second] == nil)
    #expect(group.heartbeat(ids[0], 1) == .rebalanceInProgress)
    let first = group.join(group.request(ids[0]))
    let answers = try [#require(group.joins[first]), #require(group.joins[second])]
    #expect(answers.map(\.generation) == [2, 2])
    #expect(answers.map(\.leader) == [ids[0], ids[0]])
    #expect(answers.map(\.members.count) == [2, 0])
    let waiting = group.sync(answers[1].member, 2)
    #expect(group.syncs[waiting] == nil)
    group.sync(ids[0], 2, [answers[1].member: [5]])
    #expect(group.syncs[waiting]?.assignment == [5])
  }

  @Test func `who does not join again in time is out, and the rest goes on`() throws {
    let (ids, _) = group.stable(2)
    let third = group.join(group.request())
    group.join(group.request(ids[0]))
    // The other one only says that it lives.
    for _ in 0..<6 {
      group.pass(5_000)
      _ = group.heartbeat(ids[1], 2)
    }
    let answer = try #require(group.joins[third])
    #expect(answer.generation == 3)
    #expect(group.heartbeat(ids[1], 2) == .unknownMemberID)
    #expect(group.coordinator.describe("g")?.members.count == 2)
  }

  @Test func `a silent member is out after its session, and its place is free`() throws {
    let (ids, generation) = group.stable(2)
    group.pass(9_000)
    #expect(group.heartbeat(ids[0], generation) == .none)
    group.pass(2_000)
    #expect(group.heartbeat(ids[1], generation) == .unknownMemberID)
    #expect(group.heartbeat(ids[0], generation) == .rebalanceInProgress)
    let token = group.join(group.request(ids[0]))
    #expect(group.joins[token]?.generation == generation + 1)
  }

  @Test func `a leader that never assigns is out, and another leads`() throws {
    let (ids, _) = group.stable(2)
    let first = group.join(group.request(ids[0]))
    let second = group.join(group.request(ids[1]))
    #expect(group.joins[first]?.leader == ids[0])
    let sync = group.sync(ids[1], 3)
    for _ in 0..<7 {
      group.pass(5_000)
      _ = group.heartbeat(ids[0], 3)
    }
    #expect(group.joins[second]?.generation == 3)
    #expect(group.syncs[sync]?.error == .rebalanceInProgress)
    let again = group.join(group.request(ids[1]))
    #expect(group.joins[again]?.leader == ids[1])
    #expect(group.joins[again]?.generation == 4)
  }

  @Test func `an old generation can neither commit nor sync`() throws {
    let (ids, generation) = group.stable(2)
    #expect(generation == 2)
    #expect(group.commit(ids[0], 2) == .none)
    #expect(group.commit(ids[0], 1) == .illegalGeneration)
    #expect(group.heartbeat(ids[0], 3) == .illegalGeneration)
    let sync = group.sync(ids[0], 1)
    #expect(group.syncs[sync]?.error == .illegalGeneration)
    #expect(group.commit("", -1) == .unknownMemberID)
    #expect(group.commit("who", 2) == .unknownMemberID)
    // While others join again, what was done can still be committed.
    group.join(group.request())
    #expect(group.commit(ids[0], 2) == .none)
    group.join(group.request(ids[0]))
    group.join(group.request(ids[1]))
    #expect(group.commit(ids[0], 3) == .rebalanceInProgress)
  }

  @Test func `leaving hands over at once`() throws {
    let (ids, generation) = group.stable(2)
    #expect(group.leave(ids[0]) == .none)
    #expect(group.leave(ids[0]) == .unknownMemberID)
    #expect(group.heartbeat(ids[1], generation) == .rebalanceInProgress)
    let token = group.join(group.request(ids[1]))
    #expect(group.joins[token]?.leader == ids[1])
    #expect(group.leave(ids[1]) == .none)
    #expect(!group.coordinator.hasMembers("g"))
    #expect(group.commit("", -1) == .none)
    #expect(group.commit(ids[1], 1) == .illegalGeneration)
  }

  @Test func `the protocol is one that all know, by the most votes`() throws {
    group.join(group.request(protocols: ["range", "sticky"]))
    let second = group.join(group.request(protocols: ["sticky"]))
    let first = group.join(group.request("m1", protocols: ["range", "sticky"]))
    #expect(group.joins[first]?.protocolName == "sticky")
    #expect(group.joins[second]?.protocolName == "sticky")
    let stranger = group.join(group.request(protocols: ["range"]))
    #expect(group.joins[stranger]?.error == .inconsistentGroupProtocol)
  }

  @Test func `what cannot be is refused with Kafka's codes`() {
    func error(_ change: (inout JoinRequest) -> Void) -> ErrorCode? {
      var request = group.request()
      change(&request)
      return group.joined(request)?.error
    }
    #expect(error { $0.group = "" } == .invalidGroupID)
    #expect(error { $0.sessionTimeout = 1 } == .invalidSessionTimeout)
    #expect(error { $0.protocols = [] } == .inconsistentGroupProtocol)
    #expect(error { $0.protocolType = "" } == .inconsistentGroupProtocol)
    #expect(error { $0.member = "who" } == .unknownMemberID)
    _ = group.stable(1)
    #expect(error { $0.member = "who" } == .unknownMemberID)
    #expect(error { $0.protocolType = "connect" } == .inconsistentGroupProtocol)
  }

  @Test func `a group has an end`() {
    var settings = GroupSettings()
    settings.largestGroup = 1
    let group = GroupFixture(settings)
    _ = group.stable(1)
    #expect(group.joined(group.request())?.error == .groupMaxSizeReached)
  }

  @Test func `an initial delay lets a crowd come in one generation`() throws {
    var settings = GroupSettings()
    settings.initialDelay = 3_000
    let group = GroupFixture(settings)
    let first = group.join(group.request())
    group.pass(2_000)
    let second = group.join(group.request())
    group.pass(2_000)
    #expect(group.joins[first] == nil)
    group.pass(1_001)
    #expect(group.joins[first]?.generation == 1)
    #expect(group.joins[second]?.generation == 1)
  }

  @Test func `who saw no answer to its join gets it again`() throws {
    let (ids, generation) = group.stable(2)
    let follower = group.join(group.request(ids[1]))
    #expect(group.joins[follower]?.generation == generation)
    #expect(group.state == "Stable")
    // With other subscriptions it is a change.
    group.join(group.request(ids[1], metadata: [2]))
    #expect(group.state == "PreparingRebalance")
  }

  @Test func `a connection that closes while it waits keeps nobody waiting for ever`() throws {
    let (ids, _) = group.stable(2)
    let token = group.join(group.request(ids[0]))
    group.forget(token)
    let other = group.join(group.request(ids[1]))
    #expect(group.joins[other] == nil)
    group.pass(10_001)
    #expect(group.joins[other]?.generation == 3)
    #expect(group.joins[token] == nil)
  }
}
