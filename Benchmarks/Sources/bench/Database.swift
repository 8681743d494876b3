import CLibPQ

/// A connection for what the harness itself asks: schema, slots, positions.
final class Database {
  private let connection: OpaquePointer

  init(_ conninfo: String) throws {
    connection = PQconnectdb(conninfo)
    guard PQstatus(connection) == CONNECTION_OK else {
      throw BenchmarkError(String(cString: PQerrorMessage(connection)))
    }
  }

  deinit { PQfinish(connection) }

  /// Runs one or several statements.
  /// - Returns: the first column of the last result's first row, nil when there is none or it is null.
  @discardableResult
  func run(_ sql: String) throws -> String? {
    let result = PQexec(connection, sql)
    defer { PQclear(result) }
    let status = PQresultStatus(result)
    guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
      throw BenchmarkError(String(cString: PQerrorMessage(connection)))
    }
    guard PQntuples(result) > 0, PQnfields(result) > 0, PQgetisnull(result, 0, 0) == 0 else { return nil }
    return String(cString: PQgetvalue(result, 0, 0))
  }

  func isTrue(_ condition: String) throws -> Bool { try run("select \(condition)") == "t" }
}
