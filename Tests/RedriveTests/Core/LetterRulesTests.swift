import NotificationModel
import Policy
import TestSupport
import Testing

@testable import Redrive

@Suite("What becomes of a dead letter") struct LetterRulesTests {
  private let rules = LetterRules(ladders: RetryLadders(), waits: TierWaits(), horizon: 172_800_000)

  private func fate(_ headers: [String: String]) -> LetterRules.Fate {
    rules.fate(of: Letters.record(headers), now: Letters.now)
  }

  @Test func `by its class it waits, is parked, or is judged at once`() {
    #expect(fate(["bongsu-error-class": "RETRIABLE"]) == .wait(.oneMinute, notBefore: nil))
    #expect(fate(["bongsu-error-class": "RETRIABLE", "bongsu-attempt": "4"]) == .wait(.oneHour, notBefore: nil))
    #expect(fate(["bongsu-error-class": "RETRIABLE", "bongsu-attempt": "5"]) == .park(because: nil))
    #expect(fate(["bongsu-error-class": "PERMANENT"]) == .park(because: nil))
    #expect(fate(["bongsu-error-class": "WINDOW"]) == .judge)
    // An event has no hours.
    let permanent = Letters.record(["bongsu-error-class": "PERMANENT"])
    #expect(rules.fate(ofDue: permanent, now: Letters.now) == .park(because: nil))
    let event = ["bongsu-error-class": "WINDOW", "bongsu-origin": "notification.events/0/0"]
    #expect(fate(event) == .park(because: nil))
  }

  @Test(arguments: [
    ["bongsu-error-class": "LATER"], [:], ["bongsu-error-class": "RETRIABLE", "bongsu-origin": ""],
    ["bongsu-error-class": "RETRIABLE", "bongsu-origin": "orders/0/1"],
    ["bongsu-error-class": "RETRIABLE", "bongsu-origin": "notification.dlq/0/1"],
  ])
  func `what does not say what it is, or comes from elsewhere, is parked`(headers: [String: String]) {
    #expect(fate(headers) == .park(because: "UNREADABLE_DEAD_LETTER"))
    #expect(rules.fate(ofDue: Letters.record(headers), now: Letters.now) == .park(because: "UNREADABLE_DEAD_LETTER"))
  }

  @Test func `attempts that were never made do not count`() {
    let headers = ["bongsu-error-class": "RETRIABLE", "bongsu-attempt": "6", "bongsu-uncounted": "3"]
    #expect(fate(headers) == .wait(.fifteenMinutes, notBefore: nil))
    // No more than there were.
    #expect(fate(headers.merging(["bongsu-uncounted": "99"]) { $1 }) == .wait(.oneMinute, notBefore: nil))
  }

  @Test func `a wait past which nobody knows whether it was sent is none`() {
    let headers = ["bongsu-error-class": "RETRIABLE", "bongsu-retry-after": "172801"]
    #expect(fate(headers) == .park(because: "STALE"))
    #expect(fate(headers.merging(["bongsu-retry-after": "\(Int64.max)"]) { $1 }) == .park(because: "STALE"))
    let asked = UnixTime(milliseconds: Letters.now.milliseconds + 7_200_000)
    #expect(fate(headers.merging(["bongsu-retry-after": "7200"]) { $1 }) == .wait(.oneHour, notBefore: asked))
  }

  @Test(
    arguments: [
      (1, RetryTier.oneMinute), (60_000, .oneMinute), (60_001, .fiveMinutes), (39_600_000, .oneHour),
    ] as [(Int64, RetryTier)])
  func `what has yet to wait goes round by what is left`(left: Int64, tier: RetryTier) {
    let notBefore = UnixTime(milliseconds: Letters.now.milliseconds + left)
    let letter = Letters.record([
      "bongsu-error-class": "RETRIABLE", "bongsu-not-before": "\(notBefore.milliseconds)",
    ])
    #expect(rules.fate(ofDue: letter, now: Letters.now) == .wait(tier, notBefore: notBefore))
    #expect(rules.fate(ofDue: letter, now: notBefore) == .judge)
  }

  @Test func `one attempt has one name, whoever tells it`() {
    let one = Letters.record(["bongsu-attempt": "2"])
    #expect(one.ticket == Letters.record(["bongsu-attempt": "2", "bongsu-error-code": "Y"]).ticket)
    #expect(one.ticket != Letters.record(["bongsu-attempt": "3"]).ticket)
    #expect(one.ticket != Letters.record(["bongsu-attempt": "2", "bongsu-replay": "1"]).ticket)
    #expect(Letters.record(["bongsu-recipients": "1"]).ticket != Letters.record(["bongsu-recipients": "2"]).ticket)
  }

  @Test func `numbers that nobody wrote count as the least or the most`() {
    #expect(Letters.record(["bongsu-attempt": "-3"]).attempt == 1)
    #expect(Letters.record(["bongsu-attempt": "\(Int64.max)"]).attempt == 1_000_000)
    #expect(Letters.record(["bongsu-attempt": "two"]).attempt == 1)
  }

  @Test func `the memory of attempts is bounded and keeps the latest`() {
    var memory = RepeatGuard(capacity: 10)
    for number in 0..<1_000 {
      memory.insert(["\(number)"])
      #expect(memory.contains("\(number)") && (number == 0 || memory.contains("\(number - 1)")))
    }
    #expect(!memory.contains("900"))
    memory.removeAll()
    #expect(!memory.contains("999"))
  }
}
