import CLibPQ

extension PostgresConnection {
  /// Sends all statements in one go and then reads their answers; after a refused one the rest are skipped.
  /// - Throws: the first refusal. Inside a transaction that means: roll back.
  public func pipeline(_ statements: [(sql: String, parameters: [SQLValue])]) throws(PostgresError) {
    guard unsafe PQenterPipelineMode(handle) == 1 else { throw unsafe Self.lost(handle) }
    defer { unsafe PQexitPipelineMode(handle) }
    for statement in statements {
      let sent = unsafe Self.withParameters(statement.parameters) { count, values, lengths, formats in
        unsafe PQsendQueryParams(handle, statement.sql, count, nil, values, lengths, formats, 0)
      }
      guard sent == 1 else { throw unsafe Self.lost(handle) }
    }
    guard unsafe PQpipelineSync(handle) == 1 else { throw unsafe Self.lost(handle) }
    if let failure = readToSync() { throw failure }
  }

  private func readToSync() -> PostgresError? {
    var first: PostgresError?
    while unsafe PQstatus(handle) == CONNECTION_OK {
      guard let result = unsafe PQgetResult(handle) else { continue }
      let answer = unsafe QueryResult(result)
      if answer.status == PGRES_PIPELINE_SYNC { return first }
      if first == nil { first = answer.failure }
    }
    return first ?? (unsafe Self.lost(handle))
  }

  /// Runs `COPY … FROM STDIN` and feeds it with what `body` hands out; an error of `body` ends the COPY without a row.
  public func copyIn(_ sql: String, _ body: (_ write: (String) throws -> Void) throws -> Void) throws {
    guard try run(script: sql).status == PGRES_COPY_IN else {
      throw PostgresError(.unexpectedAnswer, "the statement is no COPY FROM STDIN")
    }
    do {
      try body { text in
        guard unsafe PQputCopyData(self.handle, text, Int32(text.utf8.count)) == 1 else {
          throw unsafe Self.lost(self.handle)
        }
      }
    } catch {
      unsafe PQputCopyEnd(handle, "the writer gave up")
      while let result = unsafe PQgetResult(handle) { unsafe PQclear(result) }
      throw error
    }
    try endCopy()
  }

  private func endCopy() throws(PostgresError) {
    guard unsafe PQputCopyEnd(handle, nil) == 1 else { throw unsafe Self.lost(handle) }
    var first: PostgresError?
    while let result = unsafe PQgetResult(handle) { first = first ?? (unsafe QueryResult(result)).failure }
    if let first { throw first }
  }
}
