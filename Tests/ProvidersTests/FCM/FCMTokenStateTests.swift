import NotificationModel
import TestSupport
import Testing
import Worker

@testable import Providers

/// Times are seconds from an hour that does not matter.
@Suite("Which access token, and when another") struct FCMTokenStateTests {
  private typealias Token = SharedTokens.Token
  private static let made = SendFailure(.providerBusy, code: "TOKEN_IS_MADE", retryAfter: .seconds(1), isOwnRest: true)
  private var state = FCMTokenState()
  private var random = SeededGenerator(seed: 1)

  private static func at(_ second: Double) -> UnixTime {
    UnixTime(milliseconds: 1_800_000_000_000 + Int64(second * 1_000))
  }

  private static func token(_ text: String, at second: Double, life: Double? = 3_600) -> Token {
    Token(text: text, madeAt: at(second), expiresAt: life.map { at(second + $0) })
  }

  private mutating func access(_ second: Double) -> (FCMTokenState.Access, Bool) {
    let (access, makes) = state.access(now: Self.at(second))
    return (access, makes)
  }

  private mutating func made(_ token: Token?, at second: Double) {
    state.made(.success(token), now: Self.at(second), using: &random)
  }

  private mutating func failed(_ failure: SendFailure, at second: Double) {
    state.made(.failure(failure), now: Self.at(second), using: &random)
  }

  @Test mutating func `the first who asks makes one, and all wait`() {
    #expect(access(0) == (.none(Self.made), true))
    for second in [0, 5, 1_000] { #expect(access(Double(second)) == (.none(Self.made), false)) }
    made(Self.token("a", at: 0), at: 1)
    #expect(access(1) == (.token("a"), false))
  }

  @Test(
    "renewed at 50 minutes or 5 before its end, and used to its end",
    arguments: [
      (3_600, 3_000, 3_590), (3_599, 3_000, 3_589), (86_400, 3_000, 86_390), (3_000, 2_700, 2_990), (1_000, 700, 990),
      (400, 200, 390), (50, 25, 45),
    ])
  mutating func renewal(_ life: Double, _ renewed: Double, _ end: Double) {
    _ = access(0)
    made(Self.token("a", at: 0, life: life), at: 0)
    #expect(access(renewed - 0.001) == (.token("a"), false))
    #expect(access(renewed) == (.token("a"), true))
    #expect(access(renewed + 0.001) == (.token("a"), false))
    #expect(access(end - 0.001) == (.token("a"), false))
    #expect(access(end) == (.none(Self.made), false))
  }

  @Test mutating func `one that says nothing of its end lives an hour`() {
    _ = access(0)
    made(Self.token("a", at: 0, life: nil), at: 0)
    #expect(access(2_999.999) == (.token("a"), false))
    #expect(access(3_589.999) == (.token("a"), true))
    #expect(access(3_590).0 == .none(Self.made))
  }

  @Test mutating func `a renewal that fails is tried again, and nobody notices while the old one works`() {
    _ = access(0)
    made(Self.token("a", at: 0), at: 0)
    #expect(access(3_000).1)
    failed(SendFailure(.providerBusy, code: "TOKEN_TIMEOUT", retryAfter: .seconds(300)), at: 3_000)
    #expect(access(3_299.999) == (.token("a"), false))
    #expect(access(3_300) == (.token("a"), true))
    failed(SendFailure(.providerRefuses, code: "invalid_grant", retryAfter: .seconds(400)), at: 3_300)
    let absent = SendFailure(.providerRefuses, code: "invalid_grant", retryAfter: .seconds(100), isOwnRest: true)
    #expect(access(3_600) == (.none(absent), false))
  }

  @Test mutating func `attempts that fail come ever more slowly, up to a minute`() {
    #expect(access(0).1)
    var (now, waits) = (0.0, [Double]())
    for _ in 0..<12 {
      failed(SendFailure(.providerBusy, code: "TOKEN_TIMEOUT"), at: now)
      let start = now
      while !access(now).1 { now += 0.1 }
      waits.append(now - start)
    }
    for (index, wait) in waits.enumerated() {
      let interval = min(60, Double(1 << index))
      #expect((interval * 0.5 - 0.2...interval + 0.2).contains(wait))
    }
    made(Self.token("a", at: now), at: now)
    #expect(access(now + 3_000).1)
    failed(SendFailure(.providerBusy, code: "TOKEN_TIMEOUT"), at: now + 3_000)
    #expect(access(now + 3_001.1).1)
  }

  @Test mutating func `a failure is said until there is a token`() {
    _ = access(0)
    let failure = SendFailure(.providerRefuses, code: "invalid_grant", retryAfter: .seconds(30), isOwnRest: true)
    failed(failure, at: 0)
    #expect(access(0) == (.none(failure), false))
    let soon = SendFailure(.providerRefuses, code: "invalid_grant", retryAfter: .seconds(1), isOwnRest: true)
    #expect(access(30) == (.none(soon), true))
    #expect(access(35) == (.none(soon), false))
    made(Self.token("a", at: 35), at: 35)
    #expect(access(35) == (.token("a"), false))
  }

  @Test mutating func `while another worker makes one, it is asked for each second`() {
    _ = access(0)
    made(nil, at: 0)
    #expect(access(0.999) == (.none(Self.made), false))
    #expect(access(1) == (.none(Self.made), true))
  }

  @Test mutating func `one that FCM does not take is replaced once, and then a person is needed`() {
    _ = access(0)
    made(Self.token("a", at: 0), at: 0)
    #expect(state.refused("a", now: Self.at(1)) == nil)
    #expect(access(1) == (.none(Self.made), true))
    made(Self.token("b", at: 1), at: 1)
    #expect(state.refused("a", now: Self.at(2)) == nil)
    #expect(access(2) == (.token("b"), false))
    let final = SendFailure(.providerRefuses, code: "UNAUTHENTICATED")
    #expect(state.refused("b", now: Self.at(3)) == final)
    #expect(state.refused("b", now: Self.at(3)) == final)
    let rest = SendFailure(.providerRefuses, code: "UNAUTHENTICATED", retryAfter: .seconds(60), isOwnRest: true)
    #expect(access(3) == (.none(rest), false))
    #expect(access(63).1)
    made(Self.token("c", at: 63), at: 63)
    #expect(access(63) == (.token("c"), false))
    #expect(state.refused("c", now: Self.at(64)) == final)
  }

  @Test mutating func `one that was taken may be refused again much later`() {
    _ = access(0)
    made(Self.token("a", at: 0), at: 0)
    _ = state.refused("a", now: Self.at(1))
    _ = access(1)
    made(Self.token("b", at: 1), at: 1)
    state.accepted("a")
    state.accepted("b")
    #expect(state.refused("b", now: Self.at(2)) == nil)
    #expect(access(2).1)
  }

  @Test mutating func `that an older one was taken proves nothing of a new one`() {
    _ = access(0)
    made(Self.token("a", at: 0), at: 0)
    _ = state.refused("a", now: Self.at(1))
    _ = access(1)
    made(Self.token("b", at: 1), at: 1)
    state.accepted("a")
    #expect(state.refused("b", now: Self.at(2))?.effect == .providerRefuses)
  }

  @Test mutating func `another worker's token is good if it is fresh and not the refused one`() {
    _ = access(0)
    made(Self.token("a", at: 0), at: 0)
    _ = state.refused("a", now: Self.at(1))
    let suits = state.suitable(now: Self.at(100))
    #expect(!suits(Self.token("a", at: 50)))
    #expect(suits(Self.token("b", at: 50)))
    #expect(!suits(Self.token("b", at: -2_900)))
    #expect(!suits(Self.token("b", at: 0, life: 200)))
  }
}
