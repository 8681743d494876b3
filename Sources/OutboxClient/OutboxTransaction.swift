/// An open transaction of a driver that waits with `await`: the way to the outbox.
///
/// Conform a type that exists only inside a transaction, such as a wrapper that nobody but your `withTransaction` can
/// make; never a connection, which would insert events that no roll-back takes away.
public protocol OutboxTransaction {
  /// Runs one statement with its parameters, in the transaction, and waits for the server's answer.
  func run(_ statement: OutboxStatement) async throws
}

/// The same for a driver that blocks the calling thread.
public protocol BlockingOutboxTransaction {
  func run(_ statement: OutboxStatement) throws
}
