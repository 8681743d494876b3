import CLibPQ
public import PGOutput

extension ReplicationConnection {
  public enum Received: Sendable {
    /// One frame was handed over.
    case frame
    /// Nothing whole is here; wait for the socket.
    case wouldBlock
    /// The server ended the stream without an error, as it does when it is stopped: connect again.
    case ended
  }

  /// Takes what has arrived on the socket, without waiting. It does nothing before `nextFrame` has said `wouldBlock`
  /// after the last time, since libpq doubles its memory at each call that finds it full: what a relay has no room for
  /// stays in the socket, and the server waits.
  public func consumeInput() throws(PostgresError) {
    guard isDrained else { return }
    isDrained = false
    guard unsafe PQconsumeInput(handle) == 1 else { throw unsafe PostgresConnection.lost(handle) }
  }

  /// Hands the next whole frame to `body`, from libpq's memory; never waits.
  /// - Throws: `PostgresError` when the stream or the connection ended, or what `body` throws.
  public func nextFrame<E: Error>(_ body: (RawSpan) throws(E) -> Void) throws -> Received {
    var buffer: UnsafeMutablePointer<CChar>?
    let length = unsafe PQgetCopyData(handle, &buffer, 1)
    if length == 0 {
      isDrained = true
      return .wouldBlock
    }
    guard length > 0, let buffer = unsafe buffer else { return try ended(length) }
    defer { unsafe PQfreemem(buffer) }
    let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: Int(length))
    try body(unsafe bytes.bytes)
    return .frame
  }

  /// The stream is over: the server's reason, or a plain end. What ended it has arrived, so reading it does not wait;
  /// what would come after it is left.
  private func ended(_ code: Int32) throws(PostgresError) -> Received {
    guard code == -1, let result = unsafe PQgetResult(handle) else { throw unsafe PostgresConnection.lost(handle) }
    if let failure = (unsafe QueryResult(result)).failure { throw failure }
    return .ended
  }

  /// Sends a status without waiting. While an older one has not gone out, only the newest is held, so a server that
  /// does not read costs no memory.
  public func send(_ status: StatusUpdate) throws(PostgresError) {
    heldStatus = status
    try flush()
  }

  /// Sends what did not fit into the socket before.
  /// - Returns: true when nothing is left.
  @discardableResult
  public func flush() throws(PostgresError) -> Bool {
    guard try flushQueued() else { return false }
    guard let status = heldStatus else { return true }
    let bytes = status.encoded()
    let queued = unsafe bytes.withUnsafeBytes { raw in
      unsafe PQputCopyData(handle, raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count))
    }
    guard queued >= 0 else { throw unsafe PostgresConnection.lost(handle) }
    if queued == 0 { return false }
    heldStatus = nil
    return try flushQueued()
  }

  private func flushQueued() throws(PostgresError) -> Bool {
    let left = unsafe PQflush(handle)
    guard left >= 0 else { throw unsafe PostgresConnection.lost(handle) }
    return left == 0
  }
}
