import CLibPQ

extension PostgresConnection {
  /// Runs `COPY … FROM STDIN` and feeds it with what `body` writes, in pieces of any size.
  /// - Returns: the number of rows.
  /// - Throws: what `body` throws, after which no row was taken, or the server's refusal, which comes after the last
  ///   piece also where the first was wrong.
  @discardableResult
  public func copyIn(_ sql: String, _ body: (_ write: (String) throws -> Void) throws -> Void) throws -> Int {
    guard try run(script: sql).status == PGRES_COPY_IN else {
      throw PostgresError(.unexpectedAnswer, "the statement is no COPY FROM STDIN")
    }
    do {
      try body { text in try self.write(text) }
    } catch {
      unsafe PQputCopyEnd(handle, "the writer gave up")
      _ = readCopyAnswer()
      throw error
    }
    guard unsafe PQputCopyEnd(handle, nil) == 1 else { throw unsafe readCopyAnswer().failure ?? Self.lost(handle) }
    let answer = readCopyAnswer()
    if let failure = answer.failure { throw failure }
    return answer.rows
  }

  /// Runs `COPY … TO STDOUT` and hands over what comes, a row at a time, as bytes of the COPY's format.
  /// - Throws: what `body` throws, after the rest was read and dropped, or the server's refusal.
  public func copyOut(_ sql: String, _ body: ([UInt8]) throws -> Void) throws {
    guard try run(script: sql).status == PGRES_COPY_OUT else {
      throw PostgresError(.unexpectedAnswer, "the statement is no COPY TO STDOUT")
    }
    var failure: (any Error)?
    while let row = nextRow() {
      guard failure == nil else { continue }
      do { try body(row) } catch { failure = error }
    }
    let answer = readCopyAnswer()
    if let error = failure ?? answer.failure { throw error }
  }

  /// Nil at the end, whichever it is; `readCopyAnswer` tells.
  private func nextRow() -> [UInt8]? {
    var buffer: UnsafeMutablePointer<CChar>?
    let count = unsafe PQgetCopyData(handle, &buffer, 0)
    guard count > 0, let start = unsafe buffer else { return nil }
    defer { unsafe PQfreemem(start) }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }

  private func write(_ text: String) throws(PostgresError) {
    guard let count = Int32(exactly: text.utf8.count) else {
      throw PostgresError(.invalidArgument, "a piece of a COPY is over two gigabytes")
    }
    guard unsafe PQputCopyData(handle, text, count) == 1 else { throw unsafe Self.lost(handle) }
  }

  private func readCopyAnswer() -> (rows: Int, failure: PostgresError?) {
    var rows = 0
    var failure: PostgresError?
    while let result = unsafe PQgetResult(handle) {
      let answer = unsafe QueryResult(result)
      // The state repeats itself for ever when its end could not be sent.
      if answer.status == PGRES_COPY_IN || answer.status == PGRES_COPY_OUT { break }
      rows = answer.affectedRows
      failure = failure ?? answer.failure
    }
    return (rows, failure)
  }
}
