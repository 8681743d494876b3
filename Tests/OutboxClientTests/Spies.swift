import OutboxClient

/// Counts what goes to the server through a transaction, and hands it on.
final class CountingTransaction<Base: BlockingOutboxTransaction>: BlockingOutboxTransaction {
  private let base: Base
  private(set) var statements = 0

  init(_ base: Base) { self.base = base }

  func run(_ statement: OutboxStatement) throws {
    statements += 1
    try base.run(statement)
  }
}

/// Stands for the transaction of a driver that waits with `await`.
actor AsynchronousTransaction: OutboxTransaction {
  private(set) var statements: [OutboxStatement] = []

  func run(_ statement: OutboxStatement) async throws {
    await Task.yield()
    statements.append(statement)
  }
}
