import Foundation
import Kafka
import NotificationModel
import Testing

@testable import Administration
@testable import Worker

@Suite("What a replay makes of a dead letter")
struct ReplayPlanTests {
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
      #"{"id":"d","channel":"sms","category":"\#(category)" , "notBefore":\#(made)\#(expiry),"content":{"sms":{"body":"가"}}}"#
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

  private func produced(_ rules: ReplayRules, _ row: DeadLetterRow) throws -> (topic: String, content: RecordContent) {
    guard case .produce(let topic, let content) = rules.decide(row) else {
      throw AdministrationError(.invalidArgument, "it is refused: \(rules.decide(row))")
    }
    return (topic, content)
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
    for text in ["", "{", "[]", #"{"channel":"sms"}"#] {
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

  @Test func `a pace counts whole batches`() {
    let pace = ReplayPace(rate: 50, start: 1_000)
    #expect(pace.batch == 50 && pace.next(after: 0) == 1_000 && pace.next(after: 100) == 2_000_001_000)
    #expect(ReplayPace(rate: nil, start: 7).next(after: 1_000) == 7 && ReplayPace(rate: 9_000, start: 0).batch == 100)
  }

  @Test func `progress is a bar on a terminal and a line for each tenth elsewhere`() {
    var bar = ReplayProgress(total: 10, isTerminal: true)
    #expect(bar.text(5) == "\r[###############...............] 5 of 10" && bar.end == "\n")
    var lines = ReplayProgress(total: 1_000, isTerminal: false)
    #expect(lines.text(50) == nil && lines.text(120) == "120 of 1000\n" && lines.text(150) == nil)
    #expect(lines.text(1_000) == "1000 of 1000\n" && lines.end == nil)
  }
}

@Suite("What is given on a command line")
struct ShownArgumentTests {
  private let now = UnixTime(milliseconds: 1_764_000_000_000)

  @Test func `a moment is a time, or how long ago it was`() throws {
    #expect(try MomentText.parse("24h", option: "--since", now: now).milliseconds == now.milliseconds - 86_400_000)
    #expect(try MomentText.parse("-30s", option: "--until", now: now).milliseconds == now.milliseconds - 30_000)
    #expect(try MomentText.parse("0", option: "--until", now: now) == now)
    let time = try MomentText.parse("2025-11-24T16:00:00Z", option: "--since", now: now)
    #expect(time.milliseconds == 1_764_000_000_000)
  }

  @Test(arguments: ["", "yesterday", "24", "2025-11-24", "--1h", "99999d"])
  func `anything else is refused, naming the option`(text: String) {
    let error = #expect(throws: AdministrationError.self) { try MomentText.parse(text, option: "--since", now: now) }
    #expect(error?.description.hasPrefix("--since takes a time such as") == true)
  }

  @Test func `ids say what they should be`() throws {
    #expect(try Identifier.uuid("0199F3C1-7B7E-7CC0-A8F2-3F1F0D3B2A10") == "0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10")
    #expect(throws: AdministrationError.self) { try Identifier.uuid("17") }
    #expect(throws: AdministrationError.self) { try Identifier.user("-1") }
    #expect(throws: AdministrationError.self) { try Identifier.deadLetter("0") }
  }
}
