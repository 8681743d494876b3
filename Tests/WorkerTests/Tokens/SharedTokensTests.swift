import NotificationModel
import Redis
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("Tokens that all workers share") struct SharedTokensTests {
  private typealias Token = SharedTokens.Token
  private struct Refusal: Error, Equatable {}

  private static let whatever: @Sendable (Token) -> Bool = { _ in true }
  private let prefix = uniqueName("tokens") + ":"
  private static let now = UnixTime(milliseconds: 1_800_000_000_000)

  private func tokens(secret: String = "s", redis: RedisSettings? = nil) throws -> SharedTokens {
    try SharedTokens(try redis ?? SharedServers.redis.redisSettings, secret: secret, prefix: prefix)
  }

  private static func token(_ text: String, expiresIn seconds: Int64? = nil) -> Token {
    Token(
      text: text, madeAt: now, expiresAt: seconds.map { UnixTime(milliseconds: now.milliseconds + $0 * 1_000) })
  }

  private func get(_ tokens: SharedTokens, age: Int64 = 1_000, _ make: () -> Token?) -> Token? {
    tokens.token("a", youngerThan: age, now: Self.now, make: make)
  }

  /// A lease's time runs: nothing may wait here until other tests leave a thread free.
  private func apart(_ body: () async throws -> Void) async throws {
    try await withTaskExecutorPreference(ThreadExecutor(name: "test")) { try await body() }
  }

  @Test func `what one makes, all use`() async throws {
    let (one, other) = (try tokens(), try tokens())
    let made = await one.token("a", suits: Self.whatever) { Self.token("t", expiresIn: 90) }
    #expect(made == Self.token("t", expiresIn: 90))
    let known = try await other.token("a", suits: Self.whatever) { throw Refusal() }
    #expect(known == made)
    #expect(get(other) { nil } == made)
  }

  @Test func `one that does not suit is replaced`() async throws {
    let tokens = try tokens()
    _ = get(tokens) { Self.token("old") }
    let isNew: @Sendable (Token) -> Bool = { $0.text != "old" }
    let made = await tokens.token("a", suits: isNew) { Self.token("new") }
    #expect(made?.text == "new")
    #expect(get(tokens) { nil }?.text == "new")
    #expect(get(tokens, age: 0) { Self.token("newest") }?.text == "newest")
  }

  @Test func `while one makes, the others neither make nor wait`() async throws {
    try await apart {
      let (one, other) = (try tokens(), try tokens())
      let made = try await one.token("a", suits: Self.whatever) {
        let none = try await other.token("a", suits: Self.whatever) { throw Refusal() }
        #expect(none == nil)
        // The same connection is free, too.
        #expect(self.get(one) { Self.token("second") } == nil)
        #expect(one.token("b", youngerThan: 1_000, now: Self.now) { Self.token("b") }?.text == "b")
        return Self.token("t")
      }
      #expect(made?.text == "t")
    }
  }

  @Test func `after a failure the next one may try at once`() async throws {
    let tokens = try tokens()
    await #expect(throws: Refusal()) {
      try await tokens.token("a", suits: Self.whatever) { () async throws in throw Refusal() }
    }
    #expect(get(tokens) { nil } == nil)
    let made = await tokens.token("a", suits: Self.whatever) { Self.token("t") }
    #expect(made?.text == "t")
  }

  @Test func `one whose lease ran out leaves the next one's alone`() async throws {
    try await apart {
      let (one, other) = (try tokens(), try tokens())
      let redis = try RedisConnection(SharedServers.redis.redisSettings)
      _ = try await one.token("a", suits: Self.whatever) {
        try redis.run("DEL", .text("\(prefix)token-lock:a"))
        _ = await other.token("a", suits: Self.whatever) {
          // The first one ends while this one is at it.
          Self.token("other")
        }
        try redis.run("SET", .text("\(prefix)token-lock:a"), "another's")
        return Self.token("one")
      }
      #expect(try redis.run("GET", .text("\(prefix)token-lock:a")) == .bytes(Array("another's".utf8)))
    }
  }

  @Test func `a lease does not outlive the one who died with it by more than half a minute`() async throws {
    try await apart {
      let redis = try RedisConnection(SharedServers.redis.redisSettings)
      _ = try await tokens().token("a", suits: Self.whatever) {
        guard case .integer(let left) = try redis.run("PTTL", .text("\(prefix)token-lock:a")) else {
          throw Refusal()
        }
        #expect((1...30_000).contains(left))
        return Self.token("t")
      }
      #expect(try redis.run("EXISTS", .text("\(prefix)token-lock:a")) == .integer(0))
    }
  }

  @Test(
    "it is kept as long as it lives, and an hour at most",
    arguments: [
      (nil, 3_590_001...3_600_000), (60, 50_001...60_000), (86_400, 3_590_001...3_600_000),
    ] as [(Int64?, ClosedRange<Int64>)])
  func life(_ seconds: Int64?, _ range: ClosedRange<Int64>) throws {
    _ = get(try tokens()) { Self.token("t", expiresIn: seconds) }
    let redis = try RedisConnection(SharedServers.redis.redisSettings)
    guard case .integer(let left) = try redis.run("PTTL", .text("\(prefix)token:a")) else {
      Issue.record("no number")
      return
    }
    #expect(range.contains(Int64(left)))
  }

  @Test func `it cannot be read in Redis, and another secret's is as good as none`() throws {
    _ = get(try tokens()) { Self.token("readable") }
    let redis = try RedisConnection(SharedServers.redis.redisSettings)
    guard case .bytes(let sealed) = try redis.run("GET", .text("\(prefix)token:a")) else {
      Issue.record("nothing there")
      return
    }
    #expect(!String(decoding: sealed, as: UTF8.self).contains("readable"))
    #expect(get(try tokens(secret: "another")) { Self.token("own") }?.text == "own")
  }

  @Test func `without Redis each makes its own`() async throws {
    let closed = try ClosedPort()
    let tokens = try tokens(redis: RedisSettings(.tcp(host: "127.0.0.1", port: closed.number)))
    #expect(get(tokens) { Self.token("own") }?.text == "own")
    let made = await tokens.token("a", suits: Self.whatever) { Self.token("own") }
    #expect(made?.text == "own")
  }
}
