import CLibPQ

extension PostgresConnection {
  /// Sends all statements in one go and then reads their answers: one round trip, and one transaction where none is
  /// open.
  /// - Returns: one result for each statement.
  /// - Throws: the first refusal; the statements after it were skipped. Inside a transaction that means: roll back.
  @discardableResult
  public func pipeline(
    _ statements: [(sql: String, parameters: [SQLValue])]
  ) throws(PostgresError) -> [QueryResult] {
    try unsafe send(statements.map { ($0.sql, $0.parameters) }) { sql, count, values, lengths, formats in
      unsafe PQsendQueryParams(handle, sql, count, nil, values, lengths, formats, 0)
    }
  }

  /// The same for statements that `prepare` has named.
  public func pipeline(
    prepared statements: [(name: String, parameters: [SQLValue])]
  ) throws(PostgresError) -> [QueryResult] {
    try unsafe send(statements.map { ($0.name, $0.parameters) }) { name, count, values, lengths, formats in
      unsafe PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0)
    }
  }

  /// Has the server parse a statement once, and plan it seldom, for as long as this connection lives.
  public func prepare(_ name: String, _ sql: String) throws(PostgresError) {
    try Self.check(sql: sql)
    _ = try unsafe check(PQprepare(handle, name, sql, 0, nil))
  }

  private typealias Send = (
    String, Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
  ) -> Int32

  private func send(
    _ statements: [(text: String, parameters: [SQLValue])], by call: Send
  ) throws(PostgresError) -> [QueryResult] {
    // A statement that cannot be sent is found before any was.
    var lists: [ParameterList] = []
    for statement in statements {
      try Self.check(sql: statement.text)
      lists.append(try ParameterList(statement.parameters))
    }
    guard unsafe PQenterPipelineMode(handle) == 1 else { throw unsafe Self.lost(handle) }
    defer { unsafe PQexitPipelineMode(handle) }
    for (statement, list) in zip(statements, lists) {
      let sent = unsafe list.withPointers { count, values, lengths, formats in
        unsafe call(statement.text, count, values, lengths, formats)
      }
      guard sent == 1 else { throw unsafe Self.lost(handle) }
    }
    guard unsafe PQpipelineSync(handle) == 1 else { throw unsafe Self.lost(handle) }
    return try readToSync()
  }

  private func readToSync() throws(PostgresError) -> [QueryResult] {
    var results: [QueryResult] = []
    var first: PostgresError?
    var isBetween = false
    while isUsable {
      // Nil stands once between the statements' answers. Twice, and libpq has nothing more to wait for: the server ended
      // the connection in the middle, which libpq may not have noticed.
      guard let result = unsafe PQgetResult(handle) else {
        if isBetween { close() }
        isBetween = true
        continue
      }
      isBetween = false
      let answer = unsafe QueryResult(result)
      if answer.status == PGRES_PIPELINE_SYNC {
        if let first { throw first }
        return results
      }
      results.append(answer)
      first = first ?? answer.failure
    }
    throw first ?? (unsafe Self.lost(handle))
  }
}
