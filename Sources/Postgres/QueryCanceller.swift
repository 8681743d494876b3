import CLibPQ

/// Ends the running statement of one connection with SQLSTATE 57014, from any thread, also after the connection is gone.
@safe public final class QueryCanceller: Sendable {
  // libpq only reads it once it is made, and documents it as safe to use from any thread.
  private nonisolated(unsafe) let handle: OpaquePointer

  /// - Parameter connection: libpq's, which may be closed before this.
  init(of connection: OpaquePointer?) throws(PostgresError) {
    guard let handle = unsafe PQgetCancel(connection) else { throw unsafe PostgresConnection.lost(connection) }
    unsafe self.handle = handle
  }

  deinit { unsafe PQfreeCancel(handle) }

  /// Asks the server, over a connection of its own, and waits until it was told.
  /// - Returns: false when the server could not be told. True does not mean that a statement was running.
  @discardableResult
  public func cancel() -> Bool {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
      unsafe PQcancel(handle, reason.baseAddress, Int32(reason.count)) == 1
    }
  }
}
