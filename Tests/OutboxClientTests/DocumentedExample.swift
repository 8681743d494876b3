import OutboxClient
import OutboxClientPostgres
import Postgres

struct OrderService {
  let connection: PostgresConnection
  let outbox = OutboxWriter()

  /// The order and its notification: both, or neither.
  func ship(order: Int, of user: Int64, by carrier: String) throws {
    try connection.withTransaction { transaction in
      let shipped = try transaction.execute(
        "UPDATE orders SET shipped = true WHERE id = $1 AND NOT shipped", [.text("\(order)")])
      guard shipped.affectedRows == 1 else { throw NothingToShip() }
      try outbox.enqueue(
        .notification(
          to: .user(user), template: "order_shipped", parameters: ["order": "\(order)", "carrier": .text(carrier)],
          category: "transactional"),
        in: transaction)
    }
  }

  struct NothingToShip: Error {}
}
