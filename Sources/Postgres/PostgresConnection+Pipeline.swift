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
    // A statement that cannot be sent is found before any was.
    var lists: [ParameterList] = []
    for statement in statements {
      try Self.check(sql: statement.sql)
      lists.append(try ParameterList(statement.parameters))
    }
    guard unsafe PQenterPipelineMode(handle) == 1 else { throw unsafe Self.lost(handle) }
    defer { unsafe PQexitPipelineMode(handle) }
    for (statement, list) in zip(statements, lists) {
      let sent = unsafe list.withPointers { count, values, lengths, formats in
        unsafe PQsendQueryParams(handle, statement.sql, count, nil, values, lengths, formats, 0)
      }
      guard sent == 1 else { throw unsafe Self.lost(handle) }
    }
    guard unsafe PQpipelineSync(handle) == 1 else { throw unsafe Self.lost(handle) }
    return try readToSync()
  }

  private func readToSync() throws(PostgresError) -> [QueryResult] {
    var results: [QueryResult] = []
    var first: PostgresError?
    while isUsable {
      // Nil stands between the statements' answers.
      guard let result = unsafe PQgetResult(handle) else { continue }
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
