import Foundation
import LocalServers
import NotificationModel
import Redis
import TestSupport
import Testing

@testable import Audience

@Suite("The rate limiter", .requires(.redis))
struct RateLimiterTests {
  private let redis: RedisConnection
  private let limiter: RateLimiter
  private let user = uniqueName("user")

  init() throws {
    redis = try RedisConnection(SharedServers.redis.redisSettings)
    limiter = RateLimiter(redis)
  }

  private func request(_ event: Int, channel: String = "push", _ scopes: RateScope...) -> RateRequest {
    RateRequest(eventID: "\(user)-\(event)", userID: user, channel: channel, scopes: scopes)
  }

  private func decide(_ requests: [RateRequest]) -> [RateDecision] { limiter.decide(requests).decisions }

  private static let hour: Duration = .seconds(3600)

  @Test func `so many are allowed as the window takes, in the order they come`() {
    let scope = RateScope("push", [RateWindow(limit: 3, period: Self.hour)])
    #expect(decide((1...5).map { request($0, scope) }) == [.allowed, .allowed, .allowed, .limited, .limited])
    #expect(decide([request(6, scope)]) == [.limited])
    #expect(limiter.decide([]).decisions.isEmpty)
  }

  @Test func `a look counts nothing, and tells what would be decided`() throws {
    let scope = RateScope("push", [RateWindow(limit: 2, period: Self.hour)])
    func peek(_ event: Int) -> [RateDecision] { limiter.peek([request(event, scope)]).decisions }
    for event in 1...5 { #expect(peek(event) == [.allowed]) }
    #expect(try redis.run("KEYS", .text("*\(user)*")).elements?.isEmpty == true)
    #expect(decide([request(1, scope), request(2, scope), request(3, scope)]) == [.allowed, .allowed, .limited])
    // What was decided stays, and so would what is new.
    #expect(peek(1) == [.allowed] && peek(3) == [.limited] && peek(4) == [.limited])
    #expect(limiter.peek([]).decisions.isEmpty)
  }

  @Test func `an event that comes again gets its answer and is counted once`() {
    let scope = RateScope("push", [RateWindow(limit: 2, period: Self.hour)])
    #expect(decide([request(1, scope), request(1, scope)]) == [.allowed, .allowed])
    #expect(decide([request(2, scope), request(3, scope)]) == [.allowed, .limited])
    #expect(decide((1...4).map { request($0, scope) }) == [.allowed, .allowed, .limited, .limited])
    // The same event by another channel is another question.
    #expect(decide([request(3, channel: "sms", RateScope("sms", scope.windows))]) == [.allowed])
  }

  @Test func `all windows and all scopes must have room, and what is limited counts in none`() {
    let push = RateScope(
      "push", [RateWindow(limit: 1, period: Self.hour), RateWindow(limit: 9, period: Self.hour * 24)])
    let advertising = RateScope("advertising", [RateWindow(limit: 2, period: Self.hour)])
    #expect(decide([request(1, push, advertising), request(2, push, advertising)]) == [.allowed, .limited])
    #expect(decide([request(3, advertising), request(4, advertising)]) == [.allowed, .limited])
    #expect(decide([request(5)]) == [.allowed])
  }

  @Test func `a window that has passed has room again, a longer one beside it not`() throws {
    let short = RateScope("s", [RateWindow(limit: 1, period: .milliseconds(20))])
    let both = RateScope(
      "b", [RateWindow(limit: 1, period: .milliseconds(20)), RateWindow(limit: 2, period: Self.hour)])
    #expect(decide([request(1, short), request(2, short)]) == [.allowed, .limited])
    #expect(decide([request(1, channel: "b", both), request(2, channel: "b", both)]) == [.allowed, .limited])
    var event = 10
    try eventually("the window has passed") {
      event += 1
      return decide([request(event, short)]) == [.allowed]
    }
    try eventually("the second of the hour is allowed") {
      event += 1
      return decide([request(event, channel: "b", both)]) == [.allowed]
    }
    #expect(decide([request(1_000, channel: "b", both), request(1_001, channel: "b", both)]) == [.limited, .limited])
  }

  @Test func `a large batch is one round trip in its order, and nobody is counted twice`() throws {
    let scope = RateScope("push", [RateWindow(limit: 700, period: Self.hour)])
    let requests = (0..<5_000).map { request($0 % 4_500, scope) }
    let decisions = decide(requests)
    #expect(decisions.prefix(700).allSatisfy { $0 == .allowed } && decisions[700..<4_500].allSatisfy { $0 == .limited })
    #expect(decisions[4_500...].allSatisfy { $0 == .allowed })
  }

  @Test func `two limiters count as one`() throws {
    let other = RateLimiter(try RedisConnection(SharedServers.redis.redisSettings))
    let scope = RateScope("push", [RateWindow(limit: 2, period: Self.hour)])
    #expect(decide([request(1, scope)]) == [.allowed])
    #expect(
      other.decide([request(1, scope), request(2, scope), request(3, scope)]).decisions == [
        .allowed, .allowed, .limited,
      ])
  }

  @Test func `everything it writes has an end, decisions after the horizon`() throws {
    let scope = RateScope(
      "push", [RateWindow(limit: 2, period: .seconds(60)), RateWindow(limit: 3, period: Self.hour)])
    #expect(decide([request(1, scope)]) == [.allowed])
    let decided = try redis.run("PTTL", "bongsu:decided:\(user)-1").number ?? -1
    #expect(decided > 47 * 3_600_000 && decided <= 48 * 3_600_000)
    let counted = try redis.run("PTTL", "bongsu:rate:\(user):push").number ?? -1
    #expect(counted > 0 && counted <= 3_600_000)
    #expect(decide((2...9).map { request($0, scope) }).count == 8)
    #expect(try redis.run("LLEN", "bongsu:rate:\(user):push").number == 2)
  }

  @Test func `without Redis, or with a full one, decisions are unknown and say why`() throws {
    let scope = RateScope("push", [RateWindow(limit: 2, period: Self.hour)])
    let closed = try ClosedPort()
    let away = RateLimiter(try RedisConnection(RedisSettings(.tcp(host: "127.0.0.1", port: closed.number))))
    let answer = away.decide([request(1, scope), request(2, scope)])
    #expect(answer.decisions == [.unknown, .unknown])
    #expect(answer.failure?.code == .connection)
    let server = try RedisServer(settings: ["--maxmemory", "1kb"])
    #expect(
      RateLimiter(try RedisConnection(server.redisSettings)).decide([request(1, scope)]).failure?.redisCode == "OOM")
  }

  /// docs/audience.md names these rights.
  @Test func `a user of the access list needs no more rights than are documented`() throws {
    let server = try RedisServer()
    let rights =
      "~bongsu:* +mget +set +evalsha +eval +script|load +select +time +hget +hset +pexpire +lindex +lpush +ltrim"
    let command =
      ["ACL", "SETUSER", "bongsu", "on", ">right", "resetkeys"] + rights.split(separator: " ").map(String.init)
    let owner = try RedisConnection(server.redisSettings)
    try owner.run(RedisCommand(command.map { .text($0) }))
    var settings = server.redisSettings
    settings.user = "bongsu"
    settings.password = "right"
    let limiter = RateLimiter(try RedisConnection(settings))
    let scope = RateScope("push", [RateWindow(limit: 1, period: Self.hour)])
    #expect(limiter.decide([request(1, scope), request(2, scope)]).decisions == [.allowed, .limited])
    try owner.run("SCRIPT", "FLUSH")
    #expect(limiter.decide([request(1, scope), request(2, scope)]).decisions == [.allowed, .limited])
    let cache = AudienceCache(try RedisConnection(settings), prefix: "bongsu:", lifetime: Self.hour)
    let user = AudienceUser(id: 7, email: UserContact(id: 1, address: "a@b.c"))
    cache.keep(CachedUser(version: 3, user: user))
    #expect(try cache.find(users: [7], templates: ["none"]).users[7]?.version == 3)
    let documented = try String(contentsOfFile: Repository.file("docs/audience.md"), encoding: .utf8)
    #expect(documented.replacing("\n     ", with: "").contains(rights))
  }
}
