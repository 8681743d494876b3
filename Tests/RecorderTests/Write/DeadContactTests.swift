import Kafka
import NotificationModel
import Postgres
import Recorder
import TestSupport
import Testing

/// What providers say of addresses that are no more, in a real PostgreSQL, as a user of the recorder's group.
@Suite("Dead addresses", .requires(.postgres))
struct DeadContactTests {
  private let database: TestDatabase
  private let writer: LogWriter

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    try RouterSite.makePeople(3, in: database)
    try database.run("UPDATE notification.contact SET verified_at = '2025-01-01T00:00:00Z'")
    writer = LogWriter(try database.user(in: "notification_recorder"), parkedTopic: "parked")
  }

  /// Of `user-1@example.com` and `+821000000002`, as workers compute them.
  static let (mailMark, phoneMark) = ("1280", "9d5d")

  private func status(
    _ channel: DeliveryChannel, user: Int?, target: String? = nil, code: String, mark: String?,
    since: Int64? = StatusLoad.start
  ) throws -> SourceRecord {
    var status = StatusLoad(events: 1, seed: UInt64.random(in: 0 ... .max)).deliveries[0]
    let kind = channel == .email ? "email" : "phone"
    status.target = try target ?? database.contact(of: user ?? 1, kind)
    (status.channel, status.state, status.reason, status.addressMark) = (channel, .fail, code, mark)
    status.user = user.map { Int64($0) }
    status.deadSince = since.map { UnixTime(milliseconds: $0) }
    let content = RecordContent.status(status)
    return SourceRecord(
      place: TopicPartition("status", 0), offset: 0, timestamp: StatusLoad.start, key: content.key,
      value: content.value, headers: content.headers)
  }

  private func suppressed() throws -> [String] {
    try database.connect().execute(
      "SELECT kind || ' ' || address || ' ' || reason FROM notification.suppression WHERE until IS NULL ORDER BY 1"
    ).column
  }

  @Test func `a hard bounce and a number that is none are suppressed once, for good, as the list has them`() throws {
    try database.run("UPDATE notification.app_user SET email = 'User-3@Example.com' WHERE user_id = 3")
    let large = try #require(
      try database.scalar("SELECT notification.address_mark(email) FROM notification.app_user WHERE user_id = 3"))
    let words = [
      try status(.email, user: 1, code: "550_5.1.1", mark: Self.mailMark),
      try status(.sms, user: 2, code: "21211", mark: Self.phoneMark),
      try status(.email, user: 3, code: "550_5.1.10", mark: large),
    ]
    #expect(try writer.write(words).addressesSuppressed == 3)
    let list = [
      "email user-1@example.com hard_bounce", "email user-3@example.com hard_bounce",
      "phone +821000000002 invalid_number",
    ]
    #expect(try suppressed() == list)
    #expect(try writer.write(words + words).addressesSuppressed == 0)
    #expect(try suppressed() == list)
  }

  @Test(arguments: ["550", "550_5.2.1", "550_5.7.1", "450_4.1.1", ""])
  func `what may be about the sender or will pass suppresses nobody`(code: String) throws {
    #expect(try writer.write([status(.email, user: 1, code: code, mark: Self.mailMark)]).addressesSuppressed == 0)
    #expect(try suppressed().isEmpty)
  }

  @Test func `a word without a time, or of an address that is no contact's of the user, does nothing`() throws {
    let words = [
      try status(.email, user: 1, code: "550_5.1.1", mark: Self.mailMark, since: nil),
      try status(.email, user: nil, target: "r0", code: "550_5.1.1", mark: Self.mailMark),
      try status(.email, user: 1, target: "999999", code: "550_5.1.1", mark: Self.mailMark),
      try status(.email, user: 1, code: "550_5.1.1", mark: nil),
      // An e-mail's contact is no phone's.
      try status(.sms, user: 1, target: database.contact(of: 1, "email"), code: "21211", mark: Self.mailMark),
    ]
    let outcome = try writer.write(words)
    #expect(outcome.addressesSuppressed == 0 && outcome.refused.isEmpty)
    #expect(try suppressed().isEmpty)
  }

  @Test func `an address that the user has changed or verified since stays`() throws {
    let mail = try status(.email, user: 1, code: "550_5.1.1", mark: Self.mailMark)
    try database.run("UPDATE notification.app_user SET email = 'new@example.com' WHERE user_id = 1")
    #expect(try writer.write([mail]).addressesSuppressed == 0)
    try database.run(
      """
      UPDATE notification.app_user SET email = 'user-1@example.com' WHERE user_id = 1;
      UPDATE notification.contact SET verified_at = to_timestamp(\(StatusLoad.start) / 1000.0) + interval '1 second'
      WHERE user_id = 1
      """)
    #expect(try writer.write([mail]).addressesSuppressed == 0)
    #expect(try suppressed().isEmpty)
    try database.run("UPDATE notification.contact SET verified_at = NULL WHERE user_id = 1")
    #expect(try writer.write([mail]).addressesSuppressed == 1)
  }

  @Test func `what an operator has lifted stays lifted, until a later word`() throws {
    func mail(_ time: Int64) throws -> SourceRecord {
      try status(.email, user: 1, code: "550_5.1.1", mark: Self.mailMark, since: StatusLoad.start + time)
    }
    #expect(try writer.write([mail(0)]).addressesSuppressed == 1)
    let lift = try PostgresConnection(database.user(in: "notification_operator"))
    try lift.run(
      script: "UPDATE notification.suppression SET until = to_timestamp(\(StatusLoad.start + 60_000) / 1000.0)")
    #expect(try writer.write([mail(0), mail(59_000)]).addressesSuppressed == 0)
    #expect(try suppressed().isEmpty)
    #expect(try writer.write([mail(61_000)]).addressesSuppressed == 1)
    #expect(try suppressed() == ["email user-1@example.com hard_bounce"])
  }

  @Test func `a log that is made again suppresses nobody`() throws {
    let again = LogWriter(try database.user(in: "notification_recorder"), parkedTopic: "parked", believesDead: false)
    #expect(try again.write([status(.email, user: 1, code: "550_5.1.1", mark: Self.mailMark)]).addressesSuppressed == 0)
    #expect(try suppressed().isEmpty)
  }
}
