import CLibPQ

/// One connection. It belongs to the thread that uses it; every call waits for the server's answer.
@safe public final class PostgresConnection {
  /// Nil once closed; libpq answers nil with a plain error.
  private(set) var handle: OpaquePointer?

  public init(_ settings: ConnectionSettings) throws(PostgresError) { unsafe handle = try settings.connect() }

  deinit { close() }

  /// Ends the connection; what is called afterwards throws `connection`.
  public func close() {
    if let handle = unsafe handle { unsafe PQfinish(handle) }
    unsafe handle = nil
  }

  /// As 150020 for 15.20.
  public var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }

  /// False once the connection was closed or lost.
  public var isUsable: Bool { unsafe PQstatus(handle) == CONNECTION_OK }

  /// Lets another thread end the statement that this connection runs.
  public func canceller() throws(PostgresError) -> QueryCanceller { try unsafe QueryCanceller(of: handle) }

  /// Runs one statement with `$1 …` for its parameters.
  @discardableResult
  public func execute(_ sql: String, _ parameters: [SQLValue] = []) throws(PostgresError) -> QueryResult {
    try Self.check(sql: sql)
    let list = try ParameterList(parameters)
    let result = unsafe list.withPointers { count, values, lengths, formats in
      unsafe PQexecParams(handle, sql, count, nil, values, lengths, formats, 0)
    }
    return try unsafe check(result)
  }

  /// Runs several statements, without parameters, in one round trip and, where they begin none, one transaction.
  /// - Returns: the last one's result.
  @discardableResult
  public func run(script: String) throws(PostgresError) -> QueryResult {
    try Self.check(sql: script)
    return try unsafe check(PQexec(handle, script))
  }

  /// Runs `body` between BEGIN and COMMIT; whatever it throws rolls back and is thrown on.
  public func transaction<T>(_ body: (PostgresConnection) throws -> T) throws -> T {
    try run(script: "BEGIN")
    do {
      let value = try body(self)
      try commit()
      return value
    } catch {
      _ = try? run(script: "ROLLBACK")
      throw error
    }
  }

  /// COMMIT of a failed transaction answers ROLLBACK without an error; that is one here.
  private func commit() throws(PostgresError) {
    let result = try run(script: "COMMIT")
    guard result.commandTag == "COMMIT" else {
      throw PostgresError(
        .server, "a statement of the transaction had failed, so it was rolled back", sqlState: .failedTransaction)
    }
  }
}

extension PostgresConnection {
  func check(_ result: OpaquePointer?) throws(PostgresError) -> QueryResult {
    guard let result = unsafe result else { throw unsafe Self.lost(handle) }
    let answer = unsafe QueryResult(result)
    if let failure = answer.failure { throw failure }
    return answer
  }

  /// libpq would run the part before the zero byte.
  static func check(sql: String) throws(PostgresError) {
    if sql.utf8.contains(0) { throw PostgresError(.invalidArgument, "the statement holds a zero byte") }
  }

  /// Why libpq could not even ask.
  static func lost(_ handle: OpaquePointer?) -> PostgresError {
    guard let handle = unsafe handle else { return PostgresError(.connection, "the connection is closed") }
    return PostgresError(.connection, unsafe firstLine(PQerrorMessage(handle)))
  }

  static func firstLine(_ text: UnsafePointer<CChar>?) -> String {
    let text = unsafe text.map { unsafe String(cString: $0) } ?? ""
    return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "the connection was lost"
  }
}
