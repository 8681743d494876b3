import Foundation
import NotificationModel
import Redis
import TestSupport
import Testing

@testable import Worker

@Suite("Claims in Redis", .requires(.redis)) struct ClaimStoreTests {
  private let redis: RedisConnection
  private let prefix = "\(UUID().uuidString):"
  private static let sent = SendOutcome(state: .success, providerID: "p", time: UnixTime(milliseconds: 1))
  private static let refused = SendOutcome(
    state: .retrying, code: "InternalServerError", errorClass: .retriable, retryAfter: 900,
    time: UnixTime(milliseconds: 2))

  init() throws { redis = try RedisConnection(SharedServers.redis.redisSettings) }

  private func store(_ owner: String, lease: Duration = .seconds(3_600), resends: Bool = true) -> ClaimStore {
    var settings = ClaimStore.Settings(owner: owner)
    (settings.prefix, settings.lease, settings.resends) = (prefix, lease, resends)
    return ClaimStore(redis, settings)
  }

  private func ticket(_ id: String = "d", replay: Int = 0, attempt: Int = 1) -> ClaimTicket {
    ClaimTicket(deliveryID: id, replay: replay, attempt: attempt)
  }

  @Test func `one of two workers gets it, and the other waits no longer than the lease`() throws {
    #expect(try store("a").claim([ticket()]) == [.claimed])
    guard case .held(let time) = try store("b").claim([ticket()])[0] else {
      Issue.record("not held")
      return
    }
    #expect(time > .seconds(3_500) && time <= .seconds(3_600))
    #expect(try store("a").begin([ticket()]) == [true])
    #expect(try store("b").begin([ticket()]) == [false])
    #expect(try store("a").finish([(ticket(), Self.sent)]) == [.marked])
    #expect(try store("b").claim([ticket()]) == [.done(Self.sent)])
  }

  @Test func `it is claimed and begun in one step, also where the provider did not take it before`() throws {
    #expect(try store("a").claim([ticket(), ticket("e")], beginning: true) == [.claimed, .claimed])
    #expect(try store("a").begin([ticket()]) == [false])
    guard case .held = try store("b").claim([ticket()], beginning: true)[0] else {
      Issue.record("not held")
      return
    }
    #expect(try store("a").finish([(ticket(), nil), (ticket("e"), Self.sent)]) == [.marked, .marked])
    #expect(try store("a").claim([ticket(), ticket("e")], beginning: true) == [.claimed, .done(Self.sent)])
    #expect(try store("a").finish([(ticket(), Self.sent)]) == [.marked])
  }

  @Test func `what failed is told again for its attempt, and the next attempt may be made`() throws {
    let worker = store("a")
    _ = try worker.claim([ticket()])
    _ = try worker.begin([ticket()])
    #expect(try worker.finish([(ticket(), Self.refused)]) == [.marked])
    #expect(try store("b").claim([ticket()]) == [.failed(Self.refused)])
    #expect(try store("b").claim([ticket(attempt: 2)]) == [.claimed])
    #expect(try worker.claim([ticket()]) == [.superseded])
  }

  @Test func `what may have been sent is sent again where that does no harm, and else has failed`() throws {
    for (id, resends) in [("x", true), ("y", false)] {
      let dead = store("dead", lease: .zero, resends: resends)
      _ = try dead.claim([ticket(id)])
      #expect(try dead.begin([ticket(id)]) == [true])
      let answer = try store("b", resends: resends).claim([ticket(id)])
      #expect(answer == [resends ? .resend : .ambiguous])
    }
    #expect(try store("c").claim([ticket("y")]) == [.failed(.ambiguous)])
    // The one that was taken for dead has sent it after all.
    #expect(try store("dead").finish([(ticket("y"), Self.sent)]) == [.marked])
    #expect(try store("c").claim([ticket("y")]) == [.done(Self.sent)])
  }

  @Test func `an operator's replay sends again what was sent`() throws {
    let worker = store("a")
    _ = try worker.claim([ticket()])
    _ = try worker.begin([ticket()])
    _ = try worker.finish([(ticket(), Self.sent)])
    #expect(try worker.claim([ticket(attempt: 2)]) == [.done(Self.sent)])
    #expect(try worker.claim([ticket(replay: 1)]) == [.claimed])
  }

  @Test func `what is given back is another's at once`() throws {
    _ = try store("a").claim([ticket()])
    try store("a").release([ticket()])
    #expect(try store("b").claim([ticket()]) == [.claimed])
    #expect(try store("a").renew([ticket()]) == [false] && store("b").renew([ticket()]) == [true])
    #expect(try store("a").begin([ticket()]) == [false])
  }

  @Test func `a claim lives for the horizon, not for the lease`() throws {
    _ = try store("a", lease: .zero).claim([ticket()])
    let left = try redis.run("PTTL", "\(prefix)claim:d").number ?? 0
    #expect(left > 47 * 3_600_000 && left <= 48 * 3_600_000)
  }

  @Test func `what Redis has forgotten meanwhile is marked all the same, for as long as any claim`() throws {
    let worker = store("a")
    let tickets = ["sent", "refused", "not taken"].map { ticket($0) }
    _ = try worker.claim(tickets, beginning: true)
    for ticket in tickets { try redis.run("DEL", "\(prefix)claim:\(ticket.deliveryID)") }
    let outcomes: [SendOutcome?] = [Self.sent, Self.refused, nil]
    #expect(try worker.finish(Array(zip(tickets, outcomes))) == [.marked, .marked, .marked])
    #expect(try store("b").claim(Array(tickets.prefix(2))) == [.done(Self.sent), .failed(Self.refused)])
    guard case .held = try store("b").claim([tickets[2]])[0] else {
      Issue.record("not held")
      return
    }
    #expect(try worker.claim([tickets[2]], beginning: true) == [.claimed])
    for ticket in tickets {
      #expect(try redis.run("PTTL", "\(prefix)claim:\(ticket.deliveryID)").number ?? 0 > 47 * 3_600_000)
    }
  }

  @Test func `a thousand at once are answered in their order`() throws {
    let tickets = (0..<1_203).map { ticket("\($0)") }
    let odd = tickets.filter { Int($0.deliveryID).map { $0 % 2 == 1 } == true }
    _ = try store("a").claim(odd)
    let answers = try store("b").claim(tickets)
    #expect(answers.count == tickets.count)
    for (index, answer) in answers.enumerated() { #expect((answer == .claimed) == (index % 2 == 0)) }
    #expect(try store("a").claim([]) == [])
  }

  @Test func `another Redis is another run`() throws {
    let (one, other) = (try store("a").server(), try store("b").server())
    #expect(one.runID.count == 40 && one.runID == other.runID)
    #expect(try #require(one.time) <= #require(other.time))
  }

  /// 4,000 random steps of three workers on four deliveries, beside the model.
  @Test(arguments: [1, 2, 3] as [UInt64]) func `the scripts do what the model does`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var model = ClaimModel()
    for step in 0..<4_000 {
      let owner = ["a", "b", "c"].randomElement(using: &random) ?? "a"
      let (isLive, resends) = (Bool.random(using: &random), Bool.random(using: &random))
      let worker = store(owner, lease: isLive ? .seconds(3_600) : .zero, resends: resends)
      let ticket = ticket(
        "\(Int.random(in: 0..<4, using: &random))", replay: Int.random(in: 0...1, using: &random),
        attempt: Int.random(in: 1...2, using: &random))
      switch Int.random(in: 0..<8, using: &random) {
      case 0...2:
        let beginning = Bool.random(using: &random)
        let expected = model.claim(ticket, by: owner, isLive: isLive, resends: resends, beginning: beginning)
        let answer = try worker.claim([ticket], beginning: beginning)[0]
        if case .held = expected {
          guard case .held = answer else {
            Issue.record("\(step) \(answer)")
            return
          }
        } else {
          try #require(answer == expected, "\(step)")
        }
      case 3, 4: try #require(worker.begin([ticket])[0] == model.begin(ticket, by: owner, isLive: isLive), "\(step)")
      case 5, 6:
        let outcome = [Self.sent, Self.refused, nil].randomElement(using: &random) ?? nil
        let expected = model.finish(ticket, outcome, by: owner, isLive: isLive)
        try #require(worker.finish([(ticket, outcome)])[0] == expected, "\(step)")
      default: try #require(worker.renew([ticket])[0] == model.renew(ticket, by: owner, isLive: isLive), "\(step)")
      }
    }
  }
}
