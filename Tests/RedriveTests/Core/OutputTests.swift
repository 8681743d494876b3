import Foundation
import Kafka
import NotificationModel
import Policy
import TestSupport
import Testing

@testable import Redrive

/// The records that dead letters become.
@Suite("What redrive writes") struct OutputTests {
  private let rules = LetterRules(ladders: RetryLadders(), waits: TierWaits(), horizon: 172_800_000)
  private let delivery = RedriveSite.sms(1, id: "d")

  private func output(_ letter: DeadRecord) -> LetterOutput {
    LetterOutput(letter: letter, now: Letters.now) { $0.name }
  }

  private func replacement(_ record: OutletRecord) -> [OutletRecord] {
    record.replacement.map { $0("TOO_LARGE") } ?? []
  }

  private func headers(_ record: OutletRecord) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: record.content.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) })
  }

  private func status(_ record: OutletRecord) throws -> DeliveryStatus {
    try JSONDecoder().decode(DeliveryStatus.self, from: Data(record.content.value ?? []))
  }

  @Test func `sent back, it has its own headers and the next attempt, and nothing of the failure`() {
    let letter = Letters.record(of: delivery, ["bongsu-attempt": "2", "bongsu-replay": "1", "mine": "1"])
    let record = output(letter).republished(to: letter.home!, value: nil)
    #expect(record.topic == "notification.sms" && record.content.value == letter.source.value)
    #expect(headers(record) == ["id": "a", "mine": "1", "bongsu-attempt": "3", "bongsu-replay": "1"])
  }

  @Test func `an event goes back with the recipients that are still open`() {
    let letter = Letters.record([
      "bongsu-origin": "notification.events/1/2", "bongsu-error-class": "RETRIABLE", "bongsu-recipients": "0,4",
      "bongsu-event-time": "7",
    ])
    let record = output(letter).republished(to: letter.home!, value: nil)
    #expect(record.topic == "notification.events")
    #expect(
      headers(record) == [
        "id": "a", "bongsu-attempt": "2", "bongsu-recipients": "0,4", "bongsu-event-time": "7",
      ])
  }

  @Test func `an attempt that fell out of the hours is not counted`() {
    let headers = ["bongsu-error-class": "WINDOW", "bongsu-attempt": "3", "bongsu-uncounted": "1"]
    let letter = Letters.record(of: delivery, headers)
    let record = output(letter).republished(to: letter.home!, value: nil)
    #expect(self.headers(record)["bongsu-attempt"] == "4" && self.headers(record)["bongsu-uncounted"] == "2")
  }

  @Test func `round again it keeps all that its headers say`() {
    let letter = Letters.record(of: delivery, ["bongsu-not-before": "5", "bongsu-retry-after": "9"])
    let record = output(letter).waiting(.oneHour, notBefore: UnixTime(milliseconds: 6))
    #expect(record.topic == "notification.retry.1h" && headers(record)["bongsu-not-before"] == "6")
    #expect(headers(record)["bongsu-retry-after"] == "9" && headers(record)["bongsu-error-code"] == "X")
  }

  @Test func `parked it says why, and of what form it is`() {
    let letter = Letters.record(of: delivery, ["bongsu-error-class": "RETRIABLE", "bongsu-not-before": "5"])
    let own = headers(output(letter).parked())
    #expect(own["bongsu-error-class"] == "RETRIABLE" && own["bongsu-error-code"] == "X")
    #expect(own["schema"] == "delivery.v1")
    #expect(own["bongsu-not-before"] == nil && own["bongsu-origin"] == "notification.sms/0/7")
    let other = headers(output(letter).parked(because: "STALE"))
    #expect(other["bongsu-error-class"] == "PERMANENT" && other["bongsu-error-code"] == "STALE")
  }

  @Test func `too large to go back it is parked, and too large to be parked it is a pointer`() throws {
    let letter = Letters.record(of: delivery)
    let instead = replacement(output(letter).republished(to: letter.home!, value: nil))
    #expect(instead.map(\.topic) == ["notification.parked", "notification.alerts", "notification.status"])
    #expect(headers(instead[0])["bongsu-error-code"] == "TOO_LARGE")
    #expect(instead[0].content.value == letter.source.value)
    #expect(try status(instead[2]).state == .fail)
    let pointer = replacement(instead[0])
    #expect(pointer.count == 1 && replacement(pointer[0]).isEmpty)
    let own = headers(pointer[0])
    #expect(own["schema"] == "dead-letter-pointer.v1" && own["id"] == "a")
    #expect(own["bongsu-origin"] == "notification.sms/0/7")
    #expect(own["bongsu-schema"] == "delivery.v1" && own["bongsu-replay"] == nil && own["bongsu-recipients"] == nil)
  }

  @Test func `a pointer carries the number of the replay and for whom the event is open`() {
    let letter = Letters.record(of: delivery, ["bongsu-replay": "2", "bongsu-recipients": "1,2", "own": "x"])
    let own = headers(replacement(output(letter).parked())[0])
    #expect(own["bongsu-replay"] == "2" && own["bongsu-recipients"] == "1,2" && own["own"] == nil)
  }

  @Test func `a pointer says by what it can be chosen, and neither where it goes nor what is in it`() throws {
    var delivery = RedriveSite.sms(17, id: "d")
    delivery.template = "hi"
    let letter = Letters.record(of: delivery)
    let value = try #require(replacement(output(letter).parked())[0].content.value)
    let bytes = letter.source.value?.count ?? 0
    #expect(
      String(decoding: value, as: UTF8.self)
        == #"{"origin":"notification.sms/0/7","bytes":\#(bytes),"eventID":"\#(delivery.eventID)","channel":"sms","#
        + #""template":"hi","category":"service","to":[{"user":17}]}"#)
  }

  @Test func `a failure for good counts for the attempt that failed, all else for the one that is not made`() throws {
    let letter = Letters.record(of: delivery, ["bongsu-attempt": "3", "bongsu-replay": "2"])
    let failed = try status(output(letter).status(delivery, .fail, reason: "X"))
    #expect(failed.attempt == 3 && failed.replay == 2 && failed.reason == "X" && failed.deliveryID == "d")
    let until = UnixTime(milliseconds: 9)
    let deferred = try status(output(letter).status(delivery, .deferred, reason: "NIGHT", until: until))
    #expect(deferred.attempt == 4 && deferred.until == until)
  }

  @Test func `what may have arrived keeps its state; what failed is told`() {
    let cases = [(["bongsu-state": "AMBIGUOUS"], 1), (["bongsu-error-code": "OUTCOME_UNKNOWN"], 1), ([:], 2)]
    for (headers, count) in cases {
      let letter = Letters.record(of: delivery, ["bongsu-error-class": "PERMANENT"].merging(headers) { $1 })
      let one = RedriveCase(letter, isNew: true, rules, Letters.now)
      var alerts = ParkedAlerts()
      #expect(one.records(output(letter), rules, &alerts).count == count && alerts.all.count == 1)
    }
  }

  @Test func `alerts of a batch are one for each kind and code, with ten ids at most`() {
    var alerts = ParkedAlerts()
    for number in 0..<12 {
      alerts.add("sms", code: "A b/한", isExhausted: false, id: "\(number)", now: Letters.now)
    }
    alerts.add("events", code: "X", isExhausted: true, id: nil, now: Letters.now)
    #expect(alerts.all.map(\.group) == ["parked/events/X", "parked/sms/A_b__"])
    #expect(alerts.all.map(\.severity) == [.critical, .warning] && alerts.all.map(\.count) == [1, 12])
    #expect(alerts.all[1].references == (0..<10).map(String.init))
  }
}
