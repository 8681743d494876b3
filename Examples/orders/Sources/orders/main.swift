import Foundation
import OutboxClient
import Postgres

/// Places the orders one after the other.
/// - Returns: how many were committed, and how many rolled back.
func placeOrders(_ options: Options) throws -> (committed: Int, rolledBack: Int) {
  let connection = try PostgresConnection(ConnectionSettings(conninfo: options.dsn))
  let service = OrderService(connection: connection, outbox: OutboxWriter(tables: options.tables))
  try service.makeTable()
  var pace = options.rate.map { Pace(rate: $0) }
  var rolledBack = 0
  for number in 0..<options.orders {
    pace?.wait()
    let order = Order(customer: "user-\(number % 97)", total: 100 + number % 5_000)
    // Spread evenly, and the same in each run.
    let isWithdrawn = Int(Double(number + 1) * options.rollbackShare) > Int(Double(number) * options.rollbackShare)
    do {
      try service.place(order, isWithdrawn: isWithdrawn)
    } catch is OrderService.Withdrawn {
      rolledBack += 1
    }
  }
  return (options.orders - rolledBack, rolledBack)
}

func fail(_ error: any Error, status: Int32) -> Never {
  FileHandle.standardError.write(Data("orders: \(error)\n".utf8))
  exit(status)
}

do {
  let (committed, rolledBack) = try placeOrders(try Options(Array(CommandLine.arguments.dropFirst())))
  print("{\"committed\":\(committed),\"rolledBack\":\(rolledBack)}")
} catch let mistake as Options.Mistake {
  fail(mistake, status: 2)
} catch {
  fail(error, status: 1)
}
