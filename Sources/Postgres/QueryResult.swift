import CLibPQ

/// A statement's answer, with all its rows in memory; values are PostgreSQL's text.
@safe public final class QueryResult {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe PQclear(handle) }

  public var rowCount: Int { Int(unsafe PQntuples(handle)) }

  public var columnCount: Int { Int(unsafe PQnfields(handle)) }

  /// Rows that an INSERT, UPDATE, DELETE or COPY touched.
  public var affectedRows: Int { unsafe PQcmdTuples(handle).flatMap { Int(unsafe String(cString: $0)) } ?? 0 }

  public var columnNames: [String] {
    (0..<columnCount).map { unsafe String(cString: PQfname(handle, Int32($0))) }
  }

  /// One value; nil is null. A row or column that is not there is a trap.
  public subscript(row: Int, column: Int) -> String? {
    precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
    if unsafe PQgetisnull(handle, Int32(row), Int32(column)) == 1 { return nil }
    return unsafe String(cString: PQgetvalue(handle, Int32(row), Int32(column)))
  }

  public subscript(row: Int, name: String) -> String? {
    self[row, Int(unsafe PQfnumber(handle, "\"\(name)\""))]
  }

  /// The first column of the first row.
  public var scalar: String? { rowCount > 0 ? self[0, 0] : nil }

  /// The first column of each row, nulls left out.
  public var column: [String] { (0..<rowCount).compactMap { self[$0, 0] } }

  /// As `COMMIT` or `INSERT 0 1`.
  public var commandTag: String { unsafe PQcmdStatus(handle).map { unsafe String(cString: $0) } ?? "" }

  var status: ExecStatusType { unsafe PQresultStatus(handle) }

  /// The server's refusal; nil when the statement went well.
  var failure: PostgresError? {
    guard status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_PIPELINE_ABORTED else {
      return nil
    }
    let message = field(BONGSU_DIAG_MESSAGE_PRIMARY) ?? "the connection was lost during a statement"
    let state = field(BONGSU_DIAG_SQLSTATE).map(SQLState.init(rawValue:))
    return PostgresError(state == nil ? .connection : .server, message, sqlState: state)
  }

  private func field(_ code: Int32) -> String? {
    unsafe PQresultErrorField(handle, code).map { unsafe String(cString: $0) }
  }
}
