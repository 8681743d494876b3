import CLibPQ

/// A statement's answer, with all its rows in memory; values are PostgreSQL's text. Rows and columns count from 0.
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
    guard let bytes = unsafe value(row, column) else { return nil }
    return unsafe String(decoding: bytes, as: UTF8.self)
  }

  /// One value by its column's exact name.
  public subscript(row: Int, name: String) -> String? {
    guard let column = columnNames.firstIndex(of: name) else { preconditionFailure("no column \(name)") }
    return self[row, column]
  }

  /// One value as it came, for what may be no UTF-8; nil is null.
  public func bytes(row: Int, column: Int) -> [UInt8]? { unsafe value(row, column).map { unsafe Array($0) } }

  /// The first column of the first row; nil for null and for no row.
  public var scalar: String? { rowCount > 0 ? self[0, 0] : nil }

  /// The first column of each row, nulls left out.
  public var column: [String] { (0..<rowCount).compactMap { self[$0, 0] } }

  /// As `COMMIT` or `INSERT 0 1`.
  public var commandTag: String { unsafe PQcmdStatus(handle).map { unsafe String(cString: $0) } ?? "" }

  var status: ExecStatusType { unsafe PQresultStatus(handle) }

  private func value(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
    precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount, "no such value")
    if unsafe PQgetisnull(handle, Int32(row), Int32(column)) == 1 { return nil }
    let length = Int(unsafe PQgetlength(handle, Int32(row), Int32(column)))
    return unsafe UnsafeRawBufferPointer(start: PQgetvalue(handle, Int32(row), Int32(column)), count: length)
  }
}

extension QueryResult {
  /// The server's refusal, or the connection's end; nil when the statement went well.
  var failure: PostgresError? {
    if status == PGRES_PIPELINE_ABORTED {
      return PostgresError(.server, "an earlier statement was refused", sqlState: .failedTransaction)
    }
    guard status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE else { return nil }
    guard let state = field(BONGSU_DIAG_SQLSTATE), let message = field(BONGSU_DIAG_MESSAGE_PRIMARY) else {
      return PostgresError(.connection, unsafe PostgresConnection.firstLine(PQresultErrorMessage(handle)))
    }
    return PostgresError(serverMessage: message, sqlState: SQLState(rawValue: state))
  }

  private func field(_ code: Int32) -> String? {
    unsafe PQresultErrorField(handle, code).map { unsafe String(cString: $0) }
  }
}
