/// Writes events into a service's outbox, in the service's own transactions.
public struct OutboxWriter: Sendable {
  private let tables: OutboxTables

  /// - Parameter tables: how many outbox tables there are, as given to `bongsu migrate outbox --tables`; at least 1. To
  ///   change it while events wait costs the order of those.
  public init(tables: Int = 1) {
    precondition((1...Int(Int32.max)).contains(tables), "an outbox has at least one table")
    self.tables = OutboxTables(count: tables)
  }

  /// Inserts one event, which is sent if the transaction commits, and only then.
  /// - Throws: what the driver throws; the transaction has failed then and must be rolled back.
  public func enqueue(_ event: OutboxEvent, in transaction: some OutboxTransaction) async throws {
    try await transaction.run(statement(for: event))
  }

  /// Inserts many events, in their order: one statement for each outbox table that they go to, and more only where the
  /// events of one are together over 32 MiB.
  public func enqueue(_ events: [OutboxEvent], in transaction: some OutboxTransaction) async throws {
    for statement in statements(for: events) { try await transaction.run(statement) }
  }

  /// The same for a driver that blocks.
  public func enqueue(_ event: OutboxEvent, in transaction: some BlockingOutboxTransaction) throws {
    try transaction.run(statement(for: event))
  }

  /// The same for a driver that blocks.
  public func enqueue(_ events: [OutboxEvent], in transaction: some BlockingOutboxTransaction) throws {
    for statement in statements(for: events) { try transaction.run(statement) }
  }

  func statement(for event: OutboxEvent) -> OutboxStatement {
    OutboxStatement(event, table: tables.name(for: event.aggregateID))
  }

  func statements(for events: [OutboxEvent]) -> [OutboxStatement] {
    guard tables.count > 1 else { return OutboxStatement.batch(events, table: OutboxTables.name(0)) }
    let groups = Dictionary(grouping: events) { tables.index(for: $0.aggregateID) }
    return groups.sorted { $0.key < $1.key }.flatMap { index, events in
      OutboxStatement.batch(events, table: OutboxTables.name(index))
    }
  }
}
