import OutboxClient
import OutboxClientPostgres
import Postgres

/// What the service tells about an order; any Encodable will do.
struct OrderShipped: Encodable {
  var orderID: Int
  var carrier: String
}

struct OrderService {
  let connection: PostgresConnection
  let outbox = OutboxWriter()

  /// The order and its notification: both, or neither.
  func ship(order: Int, of user: String, by carrier: String) throws {
    try connection.withTransaction { transaction in
      let shipped = try transaction.execute(
        "UPDATE orders SET shipped = true WHERE id = $1 AND NOT shipped", [.text("\(order)")])
      guard shipped.affectedRows == 1 else { throw NothingToShip() }
      let event = try OutboxEvent(
        aggregateType: "user", aggregateID: user, type: "order.shipped",
        payload: OrderShipped(orderID: order, carrier: carrier), headers: ["tenant": "shop"])
      try outbox.enqueue(event, in: transaction)
    }
  }

  struct NothingToShip: Error {}
}
