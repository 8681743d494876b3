import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import Runtime
import TestSupport

@testable import Redrive

/// Dead letters that an operator replays by the command, with a recorder that runs and a sweeper at hand.
struct ReplaySite {
  let site: RecorderSite
  let recorder: DaemonProcess
  var settings: SweeperSettings
  let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)

  init() throws {
    site = try RecorderSite(partitions: 1)
    recorder = try site.startRecorder(["--set", "sweeper.interval=0s"])
    settings = SweeperSettings(
      kafka: site.router.broker.kafkaSettings, database: try site.database.user(in: "notification_recorder"))
    settings.topicPrefix = site.router.prefix
  }

  var database: TestDatabase { site.database }
  func name(_ topic: NotificationTopic) -> String { site.router.name(topic) }

  /// - Parameter minutes: from now on.
  func sweep(after minutes: Int64) throws -> SweepRound.Outcome {
    var memory = LaneMemory()
    let time = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000 + minutes * 60_000)
    return try SweepRound(settings: settings).run(now: time, &memory)
  }

  /// A delivery that was routed, failed for good and was parked, with all of it in the log.
  func fail(_ delivery: Delivery) throws {
    var routed = RoutedStatus(
      eventID: delivery.eventID, eventTime: delivery.eventTime, replay: 0, isRelease: false, deliveries: 1,
      suppressions: 0, deferrals: 0, unresolved: 0, time: now)
    routed.origin = "\(name(.events))/0/99"
    try write([.routed(routed), .status(status(delivery, .pending)), .status(status(delivery, .fail))], to: .status)
    var writer = JSONWriter()
    delivery.write(to: &writer)
    try park(writer.bytes, schema: Delivery.schema, id: delivery.id, origin: "\(name(.sms))/0/7")
    try eventually("its end is recorded") { try row(delivery) == "FAIL|0|1" }
  }

  func status(_ delivery: Delivery, _ state: DeliveryState, replay: Int = 0) -> DeliveryStatus {
    DeliveryStatus(
      deliveryID: delivery.id, eventID: delivery.eventID, eventTime: delivery.eventTime, replay: replay,
      attempt: state == .pending ? 0 : 1, state: state, user: delivery.user, channel: delivery.channel,
      target: delivery.target, category: delivery.category, template: delivery.template, time: now)
  }

  func write(_ records: [RecordContent], to topic: NotificationTopic) throws {
    try RecordWriter(site.router.broker).write(records, to: name(topic))
  }

  /// A record as it is given up, until it is a dead letter.
  func park(_ value: [UInt8], schema: String, id: String, origin: String, more: [(String, String)] = []) throws {
    let note = FailureNote(.permanent, code: "STALE", detail: "too late", origin: origin, attempt: 1)
    let own = [(RecordHeader.schema, schema), (RecordHeader.eventID, id)] + more
    let headers = own + note.headers(hasEventTime: true).map { ($0.name, $0.text) }
    let before = try site.count("notification.dead_letter")
    let content = RecordContent(
      key: Array("1".utf8), value: value, headers: headers.map { SourceRecord.Header($0.0, $0.1) })
    try write([content], to: .parked)
    try eventually("it is a dead letter") { try site.count("notification.dead_letter") == before + 1 }
  }

  /// State, replay and attempt of the log's row.
  func row(_ delivery: Delivery) throws -> String? {
    try database.scalar(
      """
      SELECT concat_ws('|', state, replay, attempt) FROM notification.delivery WHERE delivery_id = '\(delivery.id)'
      """)
  }

  /// `bongsu` over this database.
  func bongsu(_ words: [String]) throws -> String {
    try BongsuProcess.run(words + ["--dsn", database.conninfo]).lines.joined(separator: "\n")
  }

  var replayWords: [String] {
    [
      "dlq", "replay", "--all", "--yes", "--by", "kim", "--dsn", database.conninfo, "--bootstrap-servers",
      site.router.broker.bootstrapServers,
    ]
  }

  @discardableResult
  func replay(_ words: String...) throws -> String {
    let (exit, lines) = try BongsuProcess.run(replayWords + words)
    let text = lines.joined(separator: "\n")
    guard exit.isSuccess else { throw NeverHappened(description: text) }
    return text
  }

  /// Replays the one letter of a delivery, until the log has it.
  func replay(_ delivery: Delivery, _ words: [String] = []) throws {
    let (exit, lines) = try BongsuProcess.run(replayWords + words)
    guard exit.isSuccess else { throw NeverHappened(description: lines.joined(separator: "\n")) }
    try eventually("it is pending again") { try row(delivery) == "PENDING|1|0" }
  }

  /// What lies before the worker, each as one text.
  func sent() throws -> [String] {
    try site.router.records(.sms).map { record in
      "\(record.key) \(record.headers.map { "\($0.name)=\($0.value)" }.joined(separator: ",")) \(record.value)"
    }
  }

  func loseSent() throws { try site.router.broker.deleteRecords(of: name(.sms), partitions: 1) }

  func letters() throws -> [String] {
    try database.connect().execute("SELECT state FROM notification.dead_letter ORDER BY dead_letter_id").column
  }

  func alerts() throws -> [Alert] {
    try site.router.records(.alerts).map { try JSONDecoder().decode(Alert.self, from: Data($0.value.utf8)) }
  }
}
