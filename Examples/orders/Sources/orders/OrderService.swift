import OutboxClient
import OutboxClientPostgres
import Postgres

/// Orders and their notifications, in one transaction each.
struct OrderService {
  let connection: PostgresConnection
  let outbox: OutboxWriter

  /// The customer, or the shop's rules, said no after all.
  struct Withdrawn: Error {}

  func makeTable() throws {
    try connection.run(
      script: """
        SET client_min_messages TO warning;
        CREATE TABLE IF NOT EXISTS orders (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          customer text NOT NULL,
          total bigint NOT NULL,
          placed_at timestamptz NOT NULL DEFAULT now())
        """)
  }

  /// Places an order and enqueues the notification about it: both are there afterwards, or neither.
  /// - Throws: `Withdrawn` when it `isWithdrawn`, which takes back the order and its notification.
  func place(_ order: Order, isWithdrawn: Bool) throws {
    try connection.withTransaction { transaction in
      let inserted = try transaction.execute(
        "INSERT INTO orders (customer, total) VALUES ($1, $2) RETURNING id",
        [.text(order.customer), .text("\(order.total)")])
      let placed = OrderPlaced(
        orderID: Int(inserted.scalar ?? "") ?? 0, total: order.total, enqueuedAtMicroseconds: Clock.microseconds())
      let event = try OutboxEvent(
        aggregateType: "user", aggregateID: order.customer, type: "order.placed", payload: placed,
        headers: ["service": "orders"])
      try outbox.enqueue(event, in: transaction)
      if isWithdrawn { throw Withdrawn() }
    }
  }
}
