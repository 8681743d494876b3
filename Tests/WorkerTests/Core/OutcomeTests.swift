import Foundation
import Kafka
import NotificationModel
import Testing

@testable import Worker

@Suite("What a report means") struct OutcomeTests {
  private static let now = UnixTime(milliseconds: 1_795_474_800_000)

  private static let delivery = {
    Delivery(
      id: "d", eventID: "e", eventTime: UnixTime(milliseconds: 5), replay: 0, user: 42, channel: .sms, target: "7",
      address: .phone("+821012345678"), category: "service", content: MessageContent(sms: SMSContent(body: "Hi")),
      priority: .high, notBefore: now, sendBefore: nil)
  }()

  private static func record(_ value: [UInt8]?, headers: [SourceRecord.Header] = []) -> SourceRecord {
    SourceRecord(
      place: TopicPartition("notification.sms", 3), offset: 9, timestamp: 1, key: Array("42".utf8), value: value,
      headers: headers)
  }

  private static func job(_ headers: [SourceRecord.Header] = []) throws -> WorkerJob {
    let record = record(Array(try JSONEncoder().encode(delivery)), headers: headers)
    return try UnreadableDelivery.read(record, channel: .sms)
  }

  private static func outcome(_ effect: SendFailure.Effect, resends: Bool = true) -> SendOutcome? {
    let failure = SendFailure(effect, code: "CODE", retryAfter: .milliseconds(1_500))
    return OutcomeRules.outcome(.failed(failure), resends: resends, now: now)
  }

  @Test func `each effect has its state and its class`() {
    let sent = OutcomeRules.outcome(.sent(providerID: "p"), resends: false, now: Self.now)
    #expect(sent == SendOutcome(state: .success, providerID: "p", time: Self.now))
    #expect(Self.outcome(.retriable)?.state == .retrying && Self.outcome(.retriable)?.errorClass == .retriable)
    #expect(Self.outcome(.retriable)?.retryAfter == 2)
    #expect(Self.outcome(.permanent)?.state == .fail && Self.outcome(.permanent)?.errorClass == .permanent)
    #expect(Self.outcome(.unknown)?.state == .retrying && Self.outcome(.unknown)?.errorClass == .retriable)
    let parked = Self.outcome(.unknown, resends: false)
    #expect(parked?.state == .ambiguous && parked?.errorClass == .permanent)
    let dead = Self.outcome(.deadAddress(since: UnixTime(milliseconds: 3)))
    #expect(dead?.state == .fail && dead?.errorClass == nil && dead?.deadSince == UnixTime(milliseconds: 3))
    #expect(Self.outcome(.deadAddress(since: nil))?.deadSince == Self.now)
    for effect in [SendFailure.Effect.providerBusy, .providerThrottles, .providerRefuses] {
      #expect(Self.outcome(effect) == nil)
    }
  }

  @Test func `what is too late is not sent`() {
    var late = Self.delivery
    let horizon: Int64 = 48 * 3_600_000
    #expect(OutcomeRules.obstacle(late, horizon: horizon, now: Self.now) == nil)
    late.sendBefore = Self.now
    let window = OutcomeRules.obstacle(late, horizon: horizon, now: Self.now)
    #expect(window?.errorClass == .window && window?.code == "WINDOW")
    late.sendBefore = UnixTime(milliseconds: Self.now.milliseconds + 1)
    #expect(OutcomeRules.obstacle(late, horizon: horizon, now: Self.now) == nil)
    late.sendBefore = nil
    let last = UnixTime(milliseconds: Self.now.milliseconds + horizon - 3_600_000)
    #expect(OutcomeRules.obstacle(late, horizon: horizon, now: last) == nil)
    let stale = OutcomeRules.obstacle(
      late, horizon: horizon, now: UnixTime(milliseconds: last.milliseconds + 1))
    #expect(stale?.code == "STALE" && stale?.errorClass == .permanent && stale?.state == .fail)
  }

  @Test func `an outcome survives its way through Redis, and one of a later version is taken for sent`() {
    let outcome = SendOutcome(
      state: .fail, code: "Unregistered \"x\"", errorClass: .permanent, retryAfter: 5, providerID: "가",
      deadSince: UnixTime(milliseconds: 1), time: Self.now)
    #expect(SendOutcome(text: outcome.text) == outcome)
    #expect(SendOutcome(text: "v2:{}").isSent)
  }

  @Test func `a failure goes whole to the dead letters, with its headers and ours`() throws {
    let job = try Self.job([
      .init("schema", "delivery.v1"), .init("traceparent", "00-a"), .init("bongsu-attempt", "2"),
      .init("bongsu-error-code", "OLD"), .init("bongsu-replay", "1"),
    ])
    #expect(job.ticket == ClaimTicket(deliveryID: "d", replay: 1, attempt: 2))
    let outcome = SendOutcome(state: .retrying, code: "E", errorClass: .retriable, retryAfter: 900, time: Self.now)
    let told = Telling.outcome(outcome, of: job, now: Self.now)
    #expect(told.map(\.topic) == [.status, .deadLetters])
    #expect(told[1].content.key == job.record.key && told[1].content.value == job.record.value)
    let headers = told[1].content.headers.map { "\($0.name)=\(String(decoding: $0.value ?? [], as: UTF8.self))" }
    #expect(
      headers == [
        "schema=delivery.v1", "traceparent=00-a", "bongsu-replay=1", "bongsu-event-time=5", "bongsu-attempt=2",
        "bongsu-origin=notification.sms/3/9", "bongsu-error-class=RETRIABLE", "bongsu-error-code=E",
        "bongsu-error-detail=", "bongsu-retry-after=900",
      ])
    let status = try JSONDecoder().decode(DeliveryStatus.self, from: Data(told[0].content.value ?? []))
    #expect(status.state == .retrying && status.attempt == 2 && status.replay == 1 && status.reason == "E")
    #expect(String(decoding: told[0].content.value ?? [], as: UTF8.self).contains("+8210") == false)
  }

  @Test func `a success and a dead address are told by their status alone`() throws {
    let job = try Self.job()
    let sent = Telling.outcome(SendOutcome(state: .success, providerID: "p", time: Self.now), of: job, now: Self.now)
    #expect(sent.map(\.topic) == [.status] && sent[0].content.key == Array("d".utf8))
    let dead = SendOutcome(state: .fail, code: "Unregistered", deadSince: Self.now, time: Self.now)
    let told = Telling.outcome(dead, of: job, now: Self.now)
    #expect(told.map(\.topic) == [.status])
    let status = try JSONDecoder().decode(DeliveryStatus.self, from: Data(told[0].content.value ?? []))
    #expect(status.addressMark != nil && status.addressMark == AddressMark.text(job.delivery.address))
    #expect(!String(decoding: sent[0].content.value ?? [], as: UTF8.self).contains("addressMark"))
  }

  @Test(
    arguments: [
      ("{", nil, "INVALID_DELIVERY"), ("{}", nil, "INVALID_DELIVERY"), ("", "delivery.v2", "UNKNOWN_SCHEMA"),
    ] as [(String, String?, String)])
  func `what is no delivery is told as that`(value: String, schema: String?, code: String) throws {
    let record = Self.record(Array(value.utf8), headers: schema.map { [.init("schema", $0)] } ?? [])
    let problem = try #require(
      #expect(throws: UnreadableDelivery.self) {
        try UnreadableDelivery.read(record, channel: .sms)
      })
    #expect(problem.code == code)
    let told = Telling.unreadable(record, problem)
    #expect(told.topic == .deadLetters && told.content.value == record.value)
  }

  @Test func `a delivery of another channel is none for this worker`() throws {
    let record = Self.record(Array(try JSONEncoder().encode(Self.delivery)))
    let problem = #expect(throws: UnreadableDelivery.self) {
      try UnreadableDelivery.read(record, channel: .email)
    }
    #expect(problem?.code == "WRONG_CHANNEL")
  }
}
