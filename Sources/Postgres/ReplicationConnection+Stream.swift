import CLibPQ
public import PGOutput

extension ReplicationConnection {
  public enum Received: Sendable { case frame, wouldBlock, ended }

  /// Takes what has arrived on the socket, without waiting.
  public func consumeInput() throws(PostgresError) {
    guard unsafe PQconsumeInput(handle) == 1 else { throw unsafe PostgresConnection.lost(handle) }
  }

  /// Hands the next whole frame to `body`, from libpq's memory; never waits.
  public func nextFrame<E: Error>(_ body: (RawSpan) throws(E) -> Void) throws -> Received {
    var buffer: UnsafeMutablePointer<CChar>?
    let length = unsafe PQgetCopyData(handle, &buffer, 1)
    if length == 0 { return .wouldBlock }
    guard length > 0, let buffer = unsafe buffer else { return try ended(length) }
    defer { unsafe PQfreemem(buffer) }
    let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: Int(length))
    try body(unsafe bytes.bytes)
    return .frame
  }

  /// The stream is over: the server's reason, or a plain end.
  private func ended(_ code: Int32) throws(PostgresError) -> Received {
    guard code == -1 else { throw unsafe PostgresConnection.lost(handle) }
    unsafe PQsetnonblocking(handle, 0)
    while let result = unsafe PQgetResult(handle) {
      let answer = unsafe QueryResult(result)
      if let failure = answer.failure { throw failure }
      // Answering COPY BOTH again would repeat itself for ever.
      if answer.status == PGRES_COPY_BOTH || answer.status == PGRES_COPY_IN { break }
    }
    return .ended
  }

  /// Queues a status; `flush` sends what did not fit into the socket.
  public func send(_ status: StatusUpdate) throws(PostgresError) {
    let bytes = status.encoded()
    let sent = unsafe bytes.withUnsafeBytes { raw in
      unsafe PQputCopyData(handle, raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count))
    }
    guard sent >= 0 else { throw unsafe PostgresConnection.lost(handle) }
    _ = try flush()
  }

  /// Returns true when nothing is left to send.
  @discardableResult
  public func flush() throws(PostgresError) -> Bool {
    let left = unsafe PQflush(handle)
    guard left >= 0 else { throw unsafe PostgresConnection.lost(handle) }
    return left == 0
  }

  /// Tells the server that the stream is over and lets it go.
  public func stop() {
    unsafe PQputCopyEnd(handle, nil)
    unsafe PQflush(handle)
  }
}
