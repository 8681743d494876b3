import Foundation
import Kafka
import NotificationModel
import Postgres
import Recorder
import TestSupport
import Testing

@Suite("Parked records", .requires(.postgres))
struct DeadLetterTests {
  private let database: TestDatabase
  private let writer: LogWriter
  private let id = "00000000-0000-0000-0000-00000000000a"
  private let event = "00000000-0000-0000-0000-00000000000b"

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    writer = LogWriter(try database.user(in: "notification_recorder"), parkedTopic: "parked")
  }

  private func parked(
    _ headers: [(String, [UInt8]?)], value: [UInt8]? = Array("{}".utf8), at offset: Int64 = 0
  ) -> SourceRecord {
    SourceRecord(
      place: TopicPartition("parked", 2), offset: offset, timestamp: StatusLoad.start, key: [7, 0, 255], value: value,
      headers: headers.map { SourceRecord.Header($0.0, $0.1) })
  }

  private func header(_ name: String, _ text: String) -> (String, [UInt8]?) { (name, Array(text.utf8)) }

  private func row(_ columns: String) throws -> String? {
    try database.scalar("SELECT concat_ws('|', \(columns)) FROM notification.dead_letter")
  }

  @Test func `a delivery is filed with what its headers say, byte for byte, and once`() throws {
    let value: [UInt8] = Array(#"{"eventID": "\#(event)"}"#.utf8)
    let record = parked(
      [
        header("schema", "delivery.v1"), header("id", id), header("bongsu-error-class", "PERMANENT"),
        header("bongsu-error-code", "BadTopic"), header("bongsu-origin", "notification.sms/1/5"),
        header("bongsu-attempt", "3"), header("bongsu-replay", "1"), ("own", [0, 255]), ("own", nil),
      ], value: value)
    #expect(try writer.write([record, record]).deadLetters == 1)
    #expect(try writer.write([record]).deadLetters == 0)
    #expect(
      try row(
        "delivery_id, event_id, error_class, error_code, origin, attempt, replay, state, partition, record_offset")
        == "\(id)|\(event)|PERMANENT|BadTopic|notification.sms/1/5|3|1|open|2|0")
    #expect(try row("encode(record_key, 'hex'), encode(value, 'escape')") == #"0700ff|{"eventID": "\#(event)"}"#)
    #expect(try row("headers->'own'->0->>'base64', headers->'own'->1, headers->>'id'") == "AP8=|null|\(id)")
    #expect(try row("extract(epoch FROM parked_at)::bigint * 1000") == "\(StatusLoad.start)")
  }

  @Test func `a pointer of the relay's has its code, and a router's its class`() throws {
    let pointers = [
      parked([header("schema", "relay.pointer.v1"), header("id", event), header("bongsu-error-class", "_TOO_LARGE")]),
      parked(
        [
          header("schema", "dead-letter-pointer.v1"), header("id", event), header("bongsu-error-class", "PERMANENT"),
          header("bongsu-error-code", "MSG_SIZE"),
        ], at: 1),
      parked([], value: nil, at: 2),
    ]
    #expect(try writer.write(pointers).deadLetters == 3)
    let rows = try database.connect().execute(
      """
      SELECT concat_ws('|', event_id, delivery_id, error_class, error_code, value IS NULL) FROM notification.dead_letter
      ORDER BY record_offset
      """)
    #expect(
      rows.column == ["\(event)|PERMANENT|_TOO_LARGE|f", "\(event)|PERMANENT|MSG_SIZE|f", "PERMANENT|t"])
  }

  @Test func `a pointer is filed with what it says of its record, and under its event`() throws {
    let pointer = DeadLetterPointer(
      origin: "notification.sms/1/5", id: id, code: "TOO_LARGE",
      value: Array(
        #"{"eventID":"\#(event)","user":17,"channel":"sms","template":"hi","category":"service","x":1}"#.utf8),
      originalSchema: "delivery.v1")
    let record = parked(pointer.headers.map { header($0.name, $0.text) }, value: pointer.value)
    #expect(try writer.write([record]).deadLetters == 1)
    #expect(
      try row(
        "delivery_id, event_id, facts ->> 'channel', facts ->> 'template', facts ->> 'category', facts -> 'users'")
        == "\(id)|\(event)|sms|hi|service|[17]")
  }

  @Test func `a pointer's id is that of what it stands for: by its schema, or else by its origin`() throws {
    let pointer = [header("schema", "dead-letter-pointer.v1"), header("id", id)]
    let pointers = [
      [header("bongsu-schema", "delivery.v1")], [header("bongsu-schema", "notification.v1")],
      [header("bongsu-origin", "shop.push.ios/0/1")], [header("bongsu-origin", "shop.events/0/1")],
    ]
    let records = pointers.enumerated().map { parked(pointer + $0.element, at: Int64($0.offset)) }
    #expect(try writer.write(records).deadLetters == 4)
    let rows = try database.connect().execute(
      """
      SELECT concat_ws('|', 'delivery ' || delivery_id, 'event ' || event_id) FROM notification.dead_letter
      ORDER BY record_offset
      """)
    #expect(rows.column == ["delivery \(id)", "event \(id)", "delivery \(id)", "event \(id)"])
  }

  @Test func `one that PostgreSQL refuses has a row all the same, and one that was purged stays so`() throws {
    try database.run("ALTER TABLE notification.dead_letter ADD CONSTRAINT ours CHECK (value <> 'poison')")
    let record = parked([header("id", event)], value: Array("poison".utf8))
    #expect(try writer.write([record, parked([header("id", event)], at: 1)]).deadLetters == 2)
    #expect(
      try database.scalar("SELECT error_code FROM notification.dead_letter WHERE record_offset = 0") == "UNSTORABLE")
    try database.run(
      "UPDATE notification.dead_letter SET state = 'purged', value = NULL, changed_at = now(), changed_by = 'a'")
    _ = try writer.write([record, parked([header("id", event)], at: 1)])
    #expect(try database.scalar("SELECT count(*) FROM notification.dead_letter WHERE state = 'purged'") == "2")
  }
}
