import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import TestSupport

/// A notification database whose delivery log a test fills by itself, and the commands over it, as an operator runs them.
struct LogSite {
  let database: TestDatabase
  let operatorDSN: String
  /// Of topics that no other test has.
  let prefix = uniqueName("log") + "."

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    operatorDSN = try database.userDSN(in: "notification_operator")
  }

  /// Deliveries of a day that has left the log, moved into the archive by the function that the recorder calls.
  /// - Parameter values: channel, target, state and reason, as SQL.
  /// - Returns: the event's id.
  @discardableResult
  func archive(daysAgo: Int, _ values: String, count: Int = 1, user: Int? = nil) throws -> String {
    let event = UUID().uuidString.lowercased()
    let day = "((now() AT TIME ZONE 'UTC')::date - \(daysAgo))"
    let parents = ["delivery", "routed_event", "delivery_event"]
    for parent in parents {
      try database.run(
        """
        DO $$ BEGIN
          IF to_regclass(format('notification.%I', '\(parent)' || to_char(\(day), '_YYYYMMDD'))) IS NULL THEN
            EXECUTE format('CREATE TABLE notification.%I PARTITION OF notification.\(parent) FOR VALUES FROM (%L) TO (%L)',
              '\(parent)' || to_char(\(day), '_YYYYMMDD'), \(day), \(day) + 1);
          END IF;
        END $$
        """)
    }
    try database.run(
      """
      WITH v AS (SELECT * FROM (VALUES (\(values))) AS v (channel, target, state, reason), generate_series(1, \(count)) AS n),
      made AS (
        INSERT INTO notification.delivery (event_day, delivery_id, event_id, user_id, channel, target, state, reason,
          event_time, pending_at, finished_at)
        SELECT \(day), gen_random_uuid(), '\(event)', \(user.map { "\($0)" } ?? "NULL"), v.channel, v.target || '-' || n,
          v.state, v.reason, \(day) + interval '12 hours', \(day) + interval '12 hours 1 second',
          \(day) + interval '12 hours 3 seconds'
        FROM v RETURNING event_day, delivery_id),
      steps AS (
        INSERT INTO notification.delivery_event (event_day, delivery_id, replay, attempt, state, reason, happened_at)
        SELECT event_day, delivery_id, 0, 1, 'RETRYING', 'TIMEOUT', event_day + interval '12 hours 2 seconds' FROM made)
      INSERT INTO notification.routed_event (event_day, event_id, deliveries, suppressions, deferrals, routed_at)
      SELECT \(day), '\(event)', \(count), 0, 0, \(day) + interval '12 hours 1 second'
      """)
    try database.run("SELECT * FROM notification.maintain_log()")
    return event
  }

  func bongsu(_ words: [String]) throws -> (exit: ChildExit, text: String) {
    let (exit, lines) = try BongsuProcess.run(words, environment: environment)
    return (exit, lines.joined(separator: "\n"))
  }

  func bongsu(_ words: String...) throws -> (exit: ChildExit, text: String) { try bongsu(words) }

  var environment: [String: String] {
    get throws {
      [
        "BONGSU_NOTIFICATION_DSN": operatorDSN,
        "BONGSU_KAFKA_BOOTSTRAP_SERVERS": try SharedServers.broker.bootstrapServers,
      ]
    }
  }

  func operatorConnection() throws -> PostgresConnection {
    try PostgresConnection(ConnectionSettings(conninfo: operatorDSN))
  }

  func makeTopic(_ name: String, partitions: Int = 1) throws {
    try SharedServers.broker.makeTopic(prefix + name, partitions: partitions)
  }

  func records(_ topic: String) throws -> [TopicReader.Record] {
    try TopicReader(SharedServers.broker.bootstrapServers, topic: prefix + topic).records()
  }

  /// A dead letter of a delivery, as redrive parks it and the recorder writes it.
  struct Letter {
    var channel = DeliveryChannel.sms
    var code = "STALE"
    var errorClass = "PERMANENT"
    var template = "hi"
    var category = "service"
    var user: Int64 = 17
    /// Hours since it was parked and made.
    var age = 1
    var replay = 0
    /// Bytes more than there have to be.
    var more = 0
    var eventID = UUID().uuidString.lowercased()
    var deliveryID = UUID().uuidString.lowercased()
  }

  @discardableResult
  func park(_ letter: Letter = Letter()) throws -> Int64 {
    let made = Int64(Date().timeIntervalSince1970 * 1_000) - Int64(letter.age) * 3_600_000
    let value = #"""
      {"id":"\#(letter.deliveryID)","eventID":"\#(letter.eventID)","eventTime":\#(made),"replay":0,"user":\#(letter.user),"channel":"\#(letter.channel.rawValue)","target":"5","category":"\#(letter.category)","template":"\#(letter.template)","address":{"phone":"+821012345678"},"content":{"sms":{"body":"geheim\#(String(repeating: "!", count: letter.more))"}},"priority":"normal","notBefore":\#(made)}
      """#
    let origin = "\(prefix)\(letter.channel.rawValue)/0/3"
    let headers = #"""
      {"schema":"delivery.v1","id":"\#(letter.deliveryID)","bongsu-attempt":"5","bongsu-replay":"\#(letter.replay)","bongsu-origin":"\#(origin)","bongsu-error-class":"\#(letter.errorClass)","bongsu-error-code":"\#(letter.code)","bongsu-error-detail":"too late","x-own":"secret"}
      """#
    return try insert(
      value, headers, origin: origin, eventID: letter.eventID, deliveryID: letter.deliveryID,
      errorClass: letter.errorClass, code: letter.code, replay: letter.replay, parkedAt: made, key: "\(letter.user)")
  }

  @discardableResult
  func insert(
    _ value: String?, _ headers: String, origin: String?, eventID: String? = nil, deliveryID: String? = nil,
    errorClass: String = "PERMANENT", code: String? = nil, replay: Int = 0, parkedAt: Int64? = nil, key: String = "17"
  ) throws -> Int64 {
    func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    let id = try database.scalar(
      """
      INSERT INTO notification.dead_letter (topic, partition, record_offset, event_id, delivery_id, origin, error_class,
        error_code, attempt, replay, record_key, value, headers, parked_at)
      SELECT $9, 0, coalesce(max(record_offset), 0) + 1, $1::uuid, $2::uuid, $3, $4, $5, 5, $6::int,
        convert_to($10, 'UTF8'), convert_to($7, 'UTF8'), $8::jsonb, coalesce(to_timestamp($11::bigint / 1000.0), now())
      FROM notification.dead_letter RETURNING dead_letter_id
      """,
      [
        text(eventID), text(deliveryID), text(origin), .text(errorClass), text(code), .text("\(replay)"), text(value),
        .text(headers), .text("\(prefix)parked"), .text(key), text(parkedAt.map { "\($0)" }),
      ])
    return id.flatMap { Int64($0) } ?? 0
  }

  func event(of letter: Int64) throws -> String? {
    try database.scalar("SELECT event_id FROM notification.dead_letter WHERE dead_letter_id = \(letter)")
  }

  func states() throws -> [String] {
    try database.connect().execute(
      "SELECT state || coalesce(':' || changed_by, '') FROM notification.dead_letter ORDER BY dead_letter_id"
    ).column
  }
}

extension TestDatabase {
  /// The connection string of a new user of groups, as `a, b`.
  func userDSN(in groups: String) throws -> String {
    let user = try user(in: groups)
    return ["host", "port", "dbname", "user", "password", "sslmode"]
      .compactMap { key in user.value(key).map { "\(key)=\($0)" } }.joined(separator: " ")
  }
}
