import OutboxClient
import OutboxClientPostgres
import Postgres
import TestSupport
import Testing

@Suite("Nothing is enqueued outside a transaction", .requires(.postgres))
struct TransactionTests {
  private let database: TestDatabase
  private let connection: PostgresConnection
  private let outbox = OutboxWriter()

  init() throws {
    database = try PostgresFixture.migrated()
    connection = try database.connect()
  }

  private static func event() throws -> OutboxEvent {
    try OutboxEvent(aggregateType: "user", aggregateID: "user-1", type: "made", payload: ["order": 7])
  }

  private func count() throws -> String? { try database.scalar("SELECT count(*) FROM outbox.event") }

  @Test func `a transaction that is kept beyond its end is refused, also when the connection has another`() throws {
    let kept = try connection.withTransaction { $0 }
    for attempt in [{ try outbox.enqueue(Self.event(), in: kept) }, { _ = try kept.execute("SELECT 1") }] {
      let error = #expect(throws: OutboxError.self) { try attempt() }
      #expect(error?.code == .outsideTransaction)
      try connection.withTransaction { _ in _ = #expect(throws: OutboxError.self) { try attempt() } }
    }
    #expect(try count() == "0")
  }

  @Test(arguments: ["COMMIT", "ROLLBACK"])
  func `an event after a transaction that the service ended by hand is refused`(word: String) throws {
    let error = #expect(throws: OutboxError.self) {
      try connection.withTransaction { transaction in
        try transaction.execute(word)
        try outbox.enqueue(Self.event(), in: transaction)
      }
    }
    #expect(error?.code == .outsideTransaction)
    #expect(try count() == "0")
  }

  @Test func `transactions do not nest, and the outer one goes on`() throws {
    try connection.withTransaction { outer in
      let error = #expect(throws: OutboxError.self) { try connection.withTransaction { _ in } }
      #expect(error?.code == .nestedTransaction)
      try outbox.enqueue(Self.event(), in: outer)
    }
    #expect(try count() == "1")
  }

  @Test func `a transaction that has failed takes no event and commits nothing`() throws {
    let error = #expect(throws: PostgresError.self) {
      try connection.withTransaction { transaction in
        try outbox.enqueue(Self.event(), in: transaction)
        _ = try? transaction.execute("SELECT 1/0")
        #expect(connection.transactionStatus == .failed)
        try outbox.enqueue(Self.event(), in: transaction)
      }
    }
    #expect(error?.sqlState == .failedTransaction)
    #expect(try count() == "0")
  }

  @Test func `a failure that the service swallows is no commit`() throws {
    #expect(throws: PostgresError.self) {
      try connection.withTransaction { transaction in
        try outbox.enqueue(Self.event(), in: transaction)
        _ = try? transaction.execute("SELECT 1/0")
      }
    }
    #expect(try count() == "0")
    #expect(connection.transactionStatus == .idle)
  }

  @Test func `the status is the server's last word`() throws {
    #expect(connection.transactionStatus == .idle)
    try connection.run(script: "BEGIN")
    #expect(connection.transactionStatus == .inTransaction)
    try connection.run(script: "ROLLBACK")
    #expect(connection.transactionStatus == .idle)
    connection.close()
    #expect(connection.transactionStatus == .unknown)
    #expect(throws: PostgresError.self) { try connection.withTransaction { try outbox.enqueue(Self.event(), in: $0) } }
  }
}
