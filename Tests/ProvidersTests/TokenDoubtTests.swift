import Testing
import Worker

@testable import Providers

@Suite("Doubt about bad tokens") struct TokenDoubtTests {
  private static let bad = SendResult.failed(SendFailure(.deadAddress(since: nil), code: "BadDeviceToken"))
  private static let good = SendResult.sent(providerID: nil)

  private static var apns: TokenDoubt { TokenDoubt(words: ["BadDeviceToken"], code: "BadDeviceTokens") }

  @Test func `a few bad ones are bad`() {
    var doubt = Self.apns
    for _ in 0..<49 { #expect(doubt.judged(Self.bad) == Self.bad) }
  }

  @Test func `when most are bad, it is the worker that is wrong, and no device is to be disabled`() {
    var doubt = Self.apns
    for _ in 0..<40 { _ = doubt.judged(Self.good) }
    var judged: [SendResult] = []
    for _ in 0..<60 { judged.append(doubt.judged(Self.bad)) }
    #expect(judged.prefix(40).allSatisfy { $0 == Self.bad })
    #expect(judged.last == .failed(SendFailure(.providerRefuses, code: "BadDeviceTokens")))
  }

  @Test func `good ones take the doubt away, and only the last two hundred count`() {
    var doubt = Self.apns
    for _ in 0..<100 { _ = doubt.judged(Self.bad) }
    for _ in 0..<101 { _ = doubt.judged(Self.good) }
    #expect(doubt.judged(Self.bad) == Self.bad)
    for _ in 0..<200 { _ = doubt.judged(Self.good) }
    for _ in 0..<100 { #expect(doubt.judged(Self.bad) == Self.bad) }
    #expect(doubt.judged(Self.bad) != Self.bad)
  }

  @Test func `other failures say nothing of tokens`() {
    var doubt = Self.apns
    let other = SendResult.failed(SendFailure(.retriable, code: "InternalServerError"))
    for _ in 0..<30 { _ = doubt.judged(Self.bad) }
    for _ in 0..<100 { #expect(doubt.judged(other) == other) }
    #expect(doubt.judged(Self.bad) == Self.bad)
  }

  @Test func `one word for a bad token and a bad message counts only for the token`() {
    var doubt = TokenDoubt(words: ["INVALID_ARGUMENT", "SENDER_ID_MISMATCH"], code: "BAD_TOKENS")
    let message = SendResult.failed(SendFailure(.permanent, code: "INVALID_ARGUMENT"))
    for _ in 0..<100 { #expect(doubt.judged(message) == message) }
    for word in ["INVALID_ARGUMENT", "SENDER_ID_MISMATCH"] {
      for _ in 0..<24 { _ = doubt.judged(.failed(SendFailure(.deadAddress(since: nil), code: word))) }
    }
    let bad = SendResult.failed(SendFailure(.deadAddress(since: nil), code: "SENDER_ID_MISMATCH"))
    #expect(doubt.judged(bad) == bad)
    #expect(doubt.judged(bad) == .failed(SendFailure(.providerRefuses, code: "BAD_TOKENS")))
  }
}
