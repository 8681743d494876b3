import DeadLetters
import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import Runtime
import TestSupport
import Testing

@testable import Administration

@Suite("bongsu dlq replay of what only a pointer was parked of", .requires(.postgres, .broker))
struct PointerReplayTests {
  private typealias Header = SourceRecord.Header

  private let site: LogSite
  private let id = "0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10"

  init() throws {
    site = try LogSite()
    for topic in ["events", "sms", "status"] { try site.makeTopic(topic) }
  }

  /// After another record, with headers of its writer that are to come back.
  private func write(_ value: String, to topic: String, headers: [Header] = []) throws -> RecordContent {
    let own = [Header("id", id), Header("x-own", [0, 0xFF]), Header("x-null", nil as [UInt8]?)]
    let record = RecordContent(key: Array("17".utf8), value: Array(value.utf8), headers: own + headers)
    let other = RecordContent(key: Array("1".utf8), value: Array("{}".utf8), headers: [Header("id", "other")])
    try RecordWriter(SharedServers.broker).write([other, record], to: site.prefix + topic)
    return record
  }

  private func delivery() throws -> RecordContent {
    let made = SystemTime.unixMicroseconds() / 1_000
    return try write(
      #"{"id":"\#(id)","eventID":"\#(id)","eventTime":5,"replay":0,"user":17,"target":"5","priority":"normal","channel":"sms" , "category":"service","notBefore":\#(made),"address":{"phone":"+821012345678"},"content":{"sms":{"body":"가"}}}"#,
      to: "sms", headers: [Header("schema", "delivery.v1"), Header("bongsu-replay", "2")])
  }

  /// As a router or redrive parks it and the recorder writes it.
  @discardableResult
  private func park(
    _ topic: String, offset: Int = 1, bytes: Int, schema: String? = "notification.v1", id: String? = nil,
    key: String = "17", replay: Int = 0, recipients: String? = nil
  ) throws -> Int64 {
    let origin = "\(site.prefix)\(topic)/0/\(offset)"
    let value = #"{"origin":"\#(origin)","bytes":\#(bytes)}"#
    let noted = schema.map { #","bongsu-schema":"\#($0)""# } ?? ""
    let open = recipients.map { #","bongsu-recipients":"\#($0)""# } ?? ""
    let number = replay > 0 ? #","bongsu-replay":"\#(replay)""# : ""
    let id = id ?? self.id
    return try site.insert(
      value,
      #"{"schema":"dead-letter-pointer.v1","id":"\#(id)","bongsu-origin":"\#(origin)","bongsu-error-class":"PERMANENT","bongsu-error-code":"MSG_SIZE_TOO_LARGE"\#(noted)\#(open)\#(number)}"#,
      origin: origin, eventID: topic == "events" && !id.isEmpty ? id : nil,
      deliveryID: topic == "sms" && !id.isEmpty ? id : nil, code: "MSG_SIZE_TOO_LARGE", replay: replay, key: key)
  }

  private func replay(_ words: String...) throws -> (exit: ChildExit, text: String) {
    try site.bongsu(["dlq", "replay", "--all", "--by", "kim"] + words)
  }

  private func record(_ topic: String, _ offset: Int64) throws -> SourceRecord? {
    let reader = try OriginReader(SharedServers.broker.kafkaSettings, stop: StopRequest())
    defer { reader.close() }
    return try reader.read(RecordPlace("\(site.prefix)\(topic)/0/\(offset)")!)
  }

  @Test func `an event is read where it lies and sent byte for byte, to those for whom it is open`() throws {
    let written = try write(
      #"{"to": [] , "a":"가"}"#, to: "events",
      headers: [Header("bongsu-attempt", "4"), Header("bongsu-recipients", "0")])
    try park("events", bytes: written.value?.count ?? 0, replay: 1, recipients: "1,2")
    let dry = try replay("--dry-run")
    #expect(dry.exit.isSuccess && dry.text.contains("would be replayed 1"), "\(dry.text)")
    #expect(dry.text.contains("only pointers, read again from \(site.prefix)events  1"), "\(dry.text)")
    #expect(try site.states() == ["open"] && record("events", 2) == nil)
    let (exit, text) = try replay("--yes")
    #expect(exit.isSuccess && text.contains("replayed 1"), "\(text)")
    let sent = try #require(try record("events", 2))
    #expect(sent.key == written.key && sent.value == written.value)
    let own = Array(written.headers.prefix(3))
    #expect(sent.headers == own + [Header("bongsu-recipients", "1,2"), Header("bongsu-replay", "2")])
    #expect(try site.states() == ["replayed:kim"])
  }

  @Test func `it may be larger than clients send by themselves`() throws {
    let topic = site.prefix + "large"
    try SharedServers.broker.makeTopic(topic, configuration: ["max.message.bytes": "3000000"])
    let content = RecordContent(
      key: Array("17".utf8), value: [UInt8](repeating: 32, count: 2_000_000), headers: [Header("id", id)])
    var settings = try SharedServers.broker.kafkaSettings
    settings.properties["message.max.bytes"] = "3000000"
    let producer = try Producer(settings)
    #expect(try producer.offer(content, to: try producer.topic(topic), token: 0))
    #expect(producer.flush(timeoutMilliseconds: 60_000))
    try park("large", offset: 0, bytes: 2_000_000)
    let (exit, text) = try replay("--yes")
    #expect(exit.isSuccess, "\(text)")
    #expect(try record("large", 1)?.value == content.value)
  }

  @Test(arguments: ["delivery.v1", nil])
  func `a delivery is read where it lies, with the replay above its own, also for an older version's pointer`(
    schema: String?
  ) throws {
    let written = try delivery()
    try park("sms", bytes: written.value?.count ?? 0, schema: schema)
    let (exit, text) = try replay("--yes")
    #expect(exit.isSuccess && text.contains("\(site.prefix)sms  1"), "\(text)")
    let sent = try #require(try record("sms", 2))
    #expect(sent.key == written.key && sent.value == written.value)
    #expect(sent.headers == Array(written.headers.dropLast()) + [Header("bongsu-replay", "3")])
    #expect(try site.states() == ["replayed:kim"])
  }

  @Test func `an event that its topic does not hold any more is read from its outbox`() throws {
    let payload = #"{"n": 1, "to": []}"#
    _ = try write(payload, to: "events")
    try SharedServers.broker.deleteRecords(of: site.prefix + "events", partitions: 1)
    try park("events", bytes: payload.utf8.count, replay: 4, recipients: "0")
    let outbox = ["--set", "relay.dsn=\(site.database.conninfo)"]
    let lost = try site.bongsu(["dlq", "replay", "--all", "--yes"] + outbox)
    #expect(lost.exit == .code(1) && lost.text.contains("ORIGIN_GONE: 1"), "\(lost.text)")
    let unknown = try replay("--yes")
    #expect(unknown.exit == .code(1) && unknown.text.contains("NO_SOURCE: 1"), "\(unknown.text)")
    #expect(try site.states() == ["open"] && site.records("events").isEmpty)
    try site.database.run(
      """
      INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, headers)
      VALUES ('\(id)', 'user', '17', 'order', '\(payload)', '{"traceparent": "00-1"}')
      """)
    let (exit, text) = try site.bongsu(["dlq", "replay", "--all", "--yes", "--by", "kim"] + outbox)
    #expect(exit.isSuccess && text.contains("only pointers, read again from outbox  1"), "\(text)")
    let sent = try #require(try site.records("events").first)
    #expect(sent.value == payload && sent.key == "17" && sent.header("id") == id)
    #expect(sent.header("traceparent") == "00-1" && sent.header("bongsu-recipients") == "0")
    #expect(sent.header("bongsu-replay") == "5" && sent.header("lsn") == nil)
    #expect(try site.states() == ["replayed:kim"])
  }

  @Test func `an outbox's row that was changed is not sent`() throws {
    try park("events", bytes: 9)
    try site.database.run(
      """
      INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload)
      VALUES ('\(id)', 'user', '17', 'order', '{"to": [], "n": 1}')
      """)
    let (exit, text) = try replay("--yes", "--outbox-dsn", site.database.conninfo)
    #expect(exit == .code(1) && text.contains("ROW_DIFFERS: 1"), "\(text)")
    #expect(try site.states() == ["open"] && site.records("events").isEmpty)
  }

  @Test(arguments: ["sms", "fax"])
  func `a delivery that is gone, also with its topic, stays, whatever the outboxes hold`(topic: String) throws {
    try park(topic, bytes: 9, schema: "delivery.v1")
    let (exit, text) = try replay("--yes", "--outbox-dsn", site.database.conninfo)
    #expect(exit == .code(1) && text.contains("ORIGIN_GONE: 1: neither their topics nor an outbox"), "\(text)")
    #expect(try site.states() == ["open"])
  }

  @Test(arguments: [
    ("another id", "0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a11", 10, "17"), ("no id where there is one", "", 10, "17"),
    ("another size", nil, 11, "17"), ("another key", nil, 10, "18"),
  ])
  func `another record at the place is not sent`(what: String, id: String?, bytes: Int, key: String) throws {
    _ = try write(#"{"to": []}"#, to: "events")
    try park("events", bytes: bytes, id: id, key: key)
    let (exit, text) = try replay("--yes")
    #expect(exit == .code(1) && text.contains("ORIGIN_DIFFERS: 1"), "\(what): \(text)")
    #expect(try site.states() == ["open"] && record("events", 2) == nil)
  }

  @Test func `an older version's pointer of an event is not sent, as nobody knows who has it already`() throws {
    let written = try write(#"{"to": []}"#, to: "events")
    try park("events", bytes: written.value?.count ?? 0, schema: nil)
    let (exit, text) = try replay("--yes")
    #expect(exit == .code(1) && text.contains("RECIPIENTS_UNKNOWN: 1"), "\(text)")
    #expect(try site.states() == ["open"] && record("events", 2) == nil)
  }

  @Test func `it is listed as any other, and shown for what it stands for`() throws {
    let letter = try park("sms", bytes: 1_100_000, schema: "delivery.v1")
    try site.park()
    let list = try site.bongsu("dlq", "list", "--json").text
    let rows = try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [[String: Any]]
    #expect(rows?.count == 2 && rows?.contains { $0["delivery_id"] as? String == id } == true, "\(list)")
    #expect(try site.bongsu("dlq", "list", "--reason", "MSG_SIZE_TOO_LARGE").text.split(separator: "\n").count == 2)
    let text = try site.bongsu("dlq", "show", "\(letter)").text
    for shown in ["a delivery of 1100000 bytes, which a replay reads", "\(site.prefix)sms/0/1", "bongsu-schema"] {
      #expect(text.contains(shown), "\(shown): \(text)")
    }
    #expect(try !site.bongsu("dlq", "show", "2").text.contains("stands for"))
  }

  private func inProcess() throws -> DeadLetterReplay {
    let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
    let options = DeadLetterReplay.Options(rules: ReplayRules(now: now), by: "kim")
    return DeadLetterReplay(
      try site.operatorConnection(), try SharedServers.broker.kafkaSettings, options, signals: nil)
  }

  @Test func `nothing is locked while it is read, and of two operators who have read it one sends it`() throws {
    let written = try delivery()
    try park("sms", bytes: written.value?.count ?? 0, schema: "delivery.v1")
    let (first, second) = (try inProcess(), try inProcess())
    var other = ReplayTally()
    first.beforeLock = { other = try second.run(DeadLetterFilter()) { _ in } }
    let tally = try first.run(DeadLetterFilter()) { _ in }
    #expect(other.replayed == 1 && other.reread == ["\(site.prefix)sms": 1] && tally.seen == 0)
    #expect(try record("sms", 2) != nil && record("sms", 3) == nil)
  }

  @Test func `what is purged after it was read is not sent`() throws {
    try park("sms", bytes: try delivery().value?.count ?? 0, schema: "delivery.v1")
    let replay = try inProcess()
    let store = DeadLetterStore(try site.operatorConnection())
    replay.beforeLock = { _ = try store.purge(DeadLetterFilter(), by: "lee") }
    #expect(try replay.run(DeadLetterFilter()) { _ in }.seen == 0)
    #expect(try site.states() == ["purged:lee"] && record("sms", 2) == nil)
  }

  @Test(arguments: [(10, "17", true), (11, "17", false), (10, "18", false)])
  func `without an id on either side key and size decide`(bytes: Int, key: String, isMeant: Bool) {
    let pointer = DeadLetterPointer(
      origin: "events/0/1", id: "", code: "", value: [UInt8](repeating: 32, count: 10), originalSchema: "")
    let row = DeadLetterRow(
      id: 1, origin: pointer.origin, errorClass: "PERMANENT", errorCode: nil, key: Array("17".utf8),
      value: pointer.value, headers: pointer.headers.map { Header($0.name, $0.text) })
    let record = SourceRecord(
      place: TopicPartition("events", 0), offset: 1, timestamp: 0, key: Array(key.utf8),
      value: [UInt8](repeating: 32, count: bytes), headers: [])
    #expect(row.isMeant(record) == isMeant)
  }
}
