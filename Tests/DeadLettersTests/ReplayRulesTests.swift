import Foundation
import Kafka
import NotificationModel
import Testing

@testable import DeadLetters
@testable import Worker

@Suite("What a replay makes of a dead letter")
struct ReplayRulesTests {
  private let hour: Int64 = 3_600_000
  private let now = UnixTime(milliseconds: 1_764_000_000_000)

  private var rules: ReplayRules { ReplayRules(now: now) }

  /// As redrive parks a delivery that was made so many hours ago.
  private func delivery(
    hours: Int64 = 1, sendBefore: Int64? = nil, category: String = "service", origin: String? = "notification.sms/2/17",
    replay: Int = 0
  ) -> DeadLetterRow {
    let made = now.milliseconds - hours * hour
    let expiry = sendBefore.map { #","sendBefore":\#($0)"# } ?? ""
    let value =
      #"{"id":"d","eventID":"e","eventTime":5,"replay":0,"user":17,"target":"r0","priority":"high","channel":"sms","category":"\#(category)" , "notBefore":\#(made)\#(expiry),"address":{"phone":"+821012345678"},"content":{"sms":{"body":"가"}}}"#
    return DeadLetterRow(
      id: 1, origin: origin, errorClass: "PERMANENT", errorCode: "STALE", replay: replay, key: Array("17".utf8),
      value: Array(value.utf8),
      headers: [
        .init("schema", "delivery.v1"), .init("id", "d"), .init("traceparent", "00-1"), .init("empty", nil as [UInt8]?),
        .init("bongsu-event-time", "5"), .init("bongsu-attempt", "6"), .init("bongsu-replay", "\(replay)"),
        .init("bongsu-origin", "notification.sms/2/17"), .init("bongsu-error-class", "PERMANENT"),
        .init("bongsu-error-code", "STALE"), .init("bongsu-error-detail", ""), .init("bongsu-retry-after", "9"),
        .init("bongsu-recipients", "0"),
      ])
  }

  private struct Refused: Error { let decision: String }

  private func record(_ rules: ReplayRules, _ row: DeadLetterRow) throws -> ReplayRecord {
    guard case .produce(let record) = rules.decide(row) else { throw Refused(decision: "\(rules.decide(row))") }
    return record
  }

  private func produced(_ rules: ReplayRules, _ row: DeadLetterRow) throws -> (topic: String, content: RecordContent) {
    let record = try record(rules, row)
    return (record.topic, record.content)
  }

  private func refusal(_ rules: ReplayRules, _ row: DeadLetterRow) -> ReplayRefusal? {
    if case .refuse(let reason) = rules.decide(row) { reason } else { nil }
  }

  @Test func `key and value stay byte for byte, the replay is raised, the failure's headers go`() throws {
    let row = delivery(replay: 2)
    let (topic, content) = try produced(rules, row)
    #expect(topic == "notification.sms" && content.key == row.key && content.value == row.value)
    let expected: [SourceRecord.Header] = [
      .init("schema", "delivery.v1"), .init("id", "d"), .init("traceparent", "00-1"), .init("empty", nil as [UInt8]?),
      .init("bongsu-event-time", "5"), .init("bongsu-replay", "3"),
    ]
    #expect(content.headers == expected)
  }

  @Test func `the log is to hear that it is pending under the next number, where other failures are told`() throws {
    let pending = try #require(try record(rules, delivery(replay: 2)).pending)
    let status = pending.status(at: UnixTime(milliseconds: 9))
    #expect(pending.topic == "notification.status" && pending.replay == 3)
    #expect(status.deliveryID == "d" && status.eventID == "e" && status.eventTime == UnixTime(milliseconds: 5))
    #expect(status.replay == 3 && status.attempt == 0 && status.state == .pending && status.reason == nil)
    #expect(status.user == 17 && status.channel == .sms && status.target == "r0" && status.category == "service")
    #expect(status.time == UnixTime(milliseconds: 9))
    let content = pending.content(at: status.time)
    #expect(content.key == Array("d".utf8) && content.headers == [.init("schema", "status.v1")])
    #expect(try JSONDecoder().decode(DeliveryStatus.self, from: Data(content.value ?? [])) == status)
    var other = delivery()
    other.parkedTopic = "shop.parked"
    #expect(try record(rules, other).pending?.topic == "shop.status")
  }

  @Test func `a second replay of the same row is the same claim`() throws {
    #expect(try produced(rules, delivery(replay: 4)).content == produced(rules, delivery(replay: 4)).content)
  }

  @Test func `an event goes back to events, for the recipients that are open`() throws {
    let row = DeadLetterRow(
      id: 1, origin: "notification.events/0/3", errorClass: "RETRIABLE", errorCode: "UNKNOWN_USER", key: nil,
      value: Array(#"{"to":[]}"#.utf8),
      headers: [.init("schema", "notification.v1"), .init("bongsu-recipients", "1,2"), .init("bongsu-attempt", "4")])
    let (topic, content) = try produced(rules, row)
    #expect(topic == "notification.events" && content.key == nil && content.value == row.value)
    #expect(content.headers.map(\.name) == ["schema", "bongsu-recipients", "bongsu-replay"])
    #expect(try record(rules, row).pending == nil, "its router tells")
  }

  @Test func `past half of the claims' horizon notBefore begins anew, and nothing else changes`() throws {
    let old = delivery(hours: 25)
    let sent = String(decoding: try produced(rules, old).content.value ?? [], as: UTF8.self)
    let before = String(decoding: old.value ?? [], as: UTF8.self)
    #expect(sent == before.replacing("\(now.milliseconds - 25 * hour)", with: "\(now.milliseconds)"))
    #expect(try produced(rules, delivery(hours: 24)).content.value == delivery(hours: 24).value)
    var short = rules
    short.claimHorizon = .seconds(7_200)
    #expect(try produced(short, delivery(hours: 2)).content.value != delivery(hours: 2).value)
  }

  @Test func `a worker takes what it had called STALE, as the first attempt of the next replay`() throws {
    let phone = DeliveryAddress.phone("+821012345678")
    let old = UnixTime(milliseconds: now.milliseconds - 72 * hour)
    let delivery = Delivery(
      id: "d", eventID: "e", eventTime: old, replay: 0, user: 17, channel: .sms, target: "5", address: phone,
      category: "service", content: MessageContent(sms: SMSContent(body: "가")), priority: .high, notBefore: old,
      sendBefore: nil)
    var writer = JSONWriter()
    delivery.write(to: &writer)
    var row = self.delivery()
    row.value = writer.bytes
    #expect(OutcomeRules.obstacle(delivery, horizon: 48 * hour, now: now)?.code == "STALE")
    let sent = try produced(rules, row).content
    let record = SourceRecord(
      place: TopicPartition("notification.sms", 0), offset: 0, timestamp: 0, key: sent.key, value: sent.value,
      headers: sent.headers)
    let job = try UnreadableDelivery.read(record, channel: .sms)
    #expect(OutcomeRules.obstacle(job.delivery, horizon: 48 * hour, now: now) == nil)
    #expect(job.ticket == ClaimTicket(deliveryID: "d", replay: 1, attempt: 1))
    var renewed = delivery
    (renewed.notBefore, renewed.replay) = (now, 1)
    #expect(job.delivery == renewed)
  }

  @Test func `what expired is refused, or sent without its expiry where that is asked for`() throws {
    let expired = delivery(sendBefore: now.milliseconds)
    #expect(refusal(rules, expired) == .expired)
    var bold = rules
    bold.ignoresExpiry = true
    let sent = String(decoding: try produced(bold, expired).content.value ?? [], as: UTF8.self)
    #expect(sent == String(decoding: delivery().value ?? [], as: UTF8.self))
    #expect(try produced(rules, delivery(sendBefore: now.milliseconds + 1)).content.value?.isEmpty == false)
  }

  @Test func `advertising keeps its hours, whatever is asked for`() {
    var bold = rules
    (bold.ignoresExpiry, bold.advertising) = (true, ["offers"])
    #expect(refusal(bold, delivery(sendBefore: 1, category: "offers")) == .permittedHoursOver)
  }

  @Test func `without an origin, or with one in the failures' own topics, the channel says where to`() throws {
    for origin in [nil, "notification.dlq/0/1", "notification.retry.5m/0/1", "nonsense"] {
      #expect(try produced(rules, delivery(origin: origin)).topic == "notification.sms")
    }
    var other = delivery(origin: nil)
    other.parkedTopic = "shop.parked"
    #expect(try produced(rules, other).topic == "shop.sms")
    other.value = Array(#"{"notBefore":1764000000000}"#.utf8)
    #expect(refusal(rules, other) == .noOrigin)
  }

  @Test func `what is no delivery under a delivery's schema is refused`() {
    var row = delivery()
    for text in ["", "{", "[]", #"{"channel":"sms"}"#, #"{"channel":"sms","notBefore":1764000000000}"#] {
      row.value = Array(text.utf8)
      #expect(refusal(rules, row) == .unreadable, "\(text)")
    }
  }

  @Test func `a router's pointer is read at its origin, a relay's from its outbox`() throws {
    var row = delivery()
    row.headers = [.init("schema", "dead-letter-pointer.v1"), .init("bongsu-schema", "notification.v1")]
    guard case .readOrigin(let place) = rules.decide(row) else {
      Issue.record("it is not read at its origin")
      return
    }
    #expect(place.partition == TopicPartition("notification.sms", 2) && place.offset == 17)
    for origin in ["nonsense", "/0/1", "a b/0/1", "notification.sms/-1/1"] {
      row.origin = origin
      #expect(refusal(rules, row) == .noOrigin, "\(origin)")
    }
    row.headers.removeLast()
    row.origin = "notification.events/0/1"
    #expect(refusal(rules, row) == .recipientsUnknown)
    row.headers = [.init("schema", "relay.pointer.v1")]
    #expect(refusal(rules, row) == .unreadable)
    row.value = Array(
      #"{"source":"shop","id":"i","topic":"t","reason":"r","lsn":"0/1A","sha256":"ab","ordinal":3,"bytes":9}"#.utf8)
    guard case .readRow(let pointer) = rules.decide(row) else {
      Issue.record("it is not read again")
      return
    }
    #expect(pointer.source == "shop" && pointer.commit == "0/1A" && pointer.ordinal == 3 && pointer.digest == "ab")
  }

  @Test func `headers come from the database as texts, bytes, lists of them and nulls`() {
    let headers = DeadLetterRow.headers(#"{"b":"2","a":["x",null],"c":null}"#)
    #expect(headers == [.init("a", "x"), .init("a", nil as [UInt8]?), .init("b", "2"), .init("c", nil as [UInt8]?)])
    #expect(DeadLetterRow.headers(#"{"b":{"base64":"AP8="}}"#) == [.init("b", [0, 0xFF])])
    #expect(DeadLetterRow.headers("no").isEmpty)
  }

  @Test func `a bytea's text is read back`() {
    #expect(ByteaText.bytes("\\x00fFa0") == nil && ByteaText.bytes("\\x00ffa0") == [0, 0xFF, 0xA0])
    #expect(ByteaText.bytes("\\x") == [] && ByteaText.bytes("abc") == nil && ByteaText.bytes("\\x0") == nil)
  }
}
