import NotificationModel
import OutboxClient
import OutboxClientPostgres
import Postgres

/// An order service as another team would write it: an order and the event about it, in one transaction.
struct OrderLoad {
  private let connection: PostgresConnection
  private let outbox = OutboxWriter()

  /// The customer, or the shop's rules, said no after all.
  private struct Withdrawn: Error {}

  init(dsn: String) throws {
    connection = try PostgresConnection(try ConnectionSettings(conninfo: dsn))
    try connection.run(
      script: """
        SET client_min_messages TO warning;
        CREATE SCHEMA IF NOT EXISTS shop;
        CREATE TABLE IF NOT EXISTS shop.orders (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          person bigint NOT NULL,
          placed_at timestamptz NOT NULL DEFAULT now())
        """)
  }

  /// Places an order and enqueues the notification about it: both are there afterwards, or neither.
  /// - Returns: the event's id; nil when it was taken back.
  func place(_ person: SamplePerson, template: String, isWithdrawn: Bool) throws -> String? {
    do {
      return try connection.withTransaction { transaction in
        let inserted = try transaction.execute(
          "INSERT INTO shop.orders (person) VALUES ($1) RETURNING id", [.text("\(person.number)")])
        let event = try OutboxEvent.notification(
          to: .user(Int64(person.number)), template: template,
          parameters: ["order": .text("A-\(inserted.scalar ?? "")"), "name": .text("Person \(person.number)")],
          category: SampleSeed.category)
        try outbox.enqueue(event, in: transaction)
        if isWithdrawn { throw Withdrawn() }
        return event.id.description
      }
    } catch is Withdrawn { return nil }
  }

  /// The person turns off pushes of orders, or, to begin with, has not.
  func setPushes(_ wanted: Bool, _ person: SamplePerson) throws {
    if wanted {
      try connection.execute(
        "DELETE FROM notification.preference WHERE user_id = $1 AND category = $2 AND channel = 'push'",
        [.text("\(person.number)"), .text(SampleSeed.category)])
    } else {
      try connection.execute(
        "INSERT INTO notification.preference (user_id, category, channel, enabled) VALUES ($1, $2, 'push', false)",
        [.text("\(person.number)"), .text(SampleSeed.category)])
    }
  }

  /// The ids that the database gave to addresses, of which deliveries' ids are made.
  func contacts(_ people: Int) throws -> DeliveryForecast.Contacts {
    let rows = try connection.execute(
      "SELECT user_id, kind, contact_id FROM notification.contact WHERE user_id BETWEEN 1 AND $1",
      [.text("\(people)")])
    var contacts = DeliveryForecast.Contacts()
    for row in 0..<rows.rowCount {
      guard let user = rows[row, 0].flatMap({ Int($0) }), let id = rows[row, 2].flatMap({ Int64($0) }) else { continue }
      if rows[row, 1] == "email" { contacts.email[user] = id } else { contacts.phone[user] = id }
    }
    return contacts
  }
}
