import TestSupport
import Testing

@testable import Postgres

@Suite("Statements", .requires(.postgres))
struct StatementTests {
  private let connection: PostgresConnection

  init() throws { connection = try PostgresConnection(SharedServers.postgres.newDatabase().settings) }

  @Test("parameters come back as they were, null and empty apart")
  func parameters() throws {
    let result = try connection.execute(
      "SELECT $1::text AS a, $2::text AS \"B c\", $3::int, encode($4::bytea, 'hex'), $5::text",
      ["it's 봉수", nil, 42, .bytes([0, 255]), ""])
    #expect(result.columnNames.prefix(2) == ["a", "B c"])
    #expect((0..<5).map { result[0, $0] } == ["it's 봉수", nil, "42", "00ff", ""])
    #expect(result[0, "B c"] == nil)
    #expect(result[0, "a"] == "it's 봉수")
    #expect(result.bytes(row: 0, column: 2) == Array("42".utf8))
  }

  @Test("results count their rows, columns and effects")
  func counts() throws {
    try connection.run(script: "CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 5)")
    #expect(try connection.execute("UPDATE t SET a = a + 1 WHERE a > $1", [2]).affectedRows == 3)
    let rows = try connection.execute("SELECT a FROM t ORDER BY a")
    #expect(rows.rowCount == 5)
    #expect(rows.columnCount == 1)
    #expect(rows.column == ["1", "2", "4", "5", "6"])
    #expect(try connection.execute("SELECT 1 WHERE false").scalar == nil)
  }

  @Test("a refusal carries the server's SQLSTATE and the connection stays usable")
  func refusal() throws {
    let error = #expect(throws: PostgresError.self) { try connection.execute("SELECT * FROM nowhere") }
    #expect(error?.sqlState == .undefinedTable)
    #expect(error?.code == .server)
    #expect(try connection.execute("SELECT 1").scalar == "1")
  }

  @Test("a refused value is not repeated")
  func payload() throws {
    let error = #expect(throws: PostgresError.self) { try connection.execute("SELECT $1::uuid", ["hunter2"]) }
    #expect(error?.sqlState == SQLState(rawValue: "22P02"))
    #expect(error?.description.contains("hunter2") == false)
    try connection.run(script: "CREATE TABLE u (a text PRIMARY KEY); INSERT INTO u VALUES ('hunter2')")
    let twice = #expect(throws: PostgresError.self) { try connection.execute("INSERT INTO u VALUES ($1)", ["hunter2"]) }
    #expect(twice?.sqlState == .uniqueViolation)
    #expect(twice?.description.contains("hunter2") == false)
  }

  @Test("a zero byte in a statement is refused and not cut off")
  func zeroByte() {
    let error = #expect(throws: PostgresError.self) { try connection.run(script: "SELECT 1\u{0}; DROP TABLE t") }
    #expect(error?.code == .invalidArgument)
  }

  @Test("a transaction commits, and rolls back with what its body throws")
  func transaction() throws {
    struct Refused: Error {}
    try connection.run(script: "CREATE TABLE t (a int)")
    let value = try connection.transaction { inside in
      try inside.execute("INSERT INTO t VALUES ($1)", [1])
      return "done"
    }
    #expect(value == "done")
    #expect(throws: Refused.self) {
      try connection.transaction { inside in
        try inside.execute("INSERT INTO t VALUES (2)")
        throw Refused()
      }
    }
    #expect(try connection.execute("SELECT a FROM t").column == ["1"])
  }

  @Test("a COMMIT that rolled back is an error")
  func swallowed() throws {
    let error = #expect(throws: PostgresError.self) {
      try connection.transaction { inside in _ = try? inside.execute("SELECT 1/0") }
    }
    #expect(error?.sqlState == .failedTransaction)
    #expect(try connection.execute("SELECT 1").scalar == "1")
  }

  @Test("a value of 20 MB goes there and back")
  func big() throws {
    let text = String(repeating: "0123456789abcdef", count: 20 * 65_536)
    let result = try connection.execute("SELECT $1::text, length($1::text)", [.text(text)])
    #expect(result[0, 0] == text)
    #expect(result[0, 1] == "\(text.utf8.count)")
  }

  @Test("another thread can end a running statement")
  func cancel() async throws {
    let canceller = try connection.canceller()
    let watcher = try PostgresConnection(SharedServers.postgres.connectionSettings())
    let pid = try #require(try connection.execute("SELECT pg_backend_pid()").scalar)
    let thread = Runner {
      let active = "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND query LIKE '%pg_sleep%' AND state = 'active'"
      while (try? watcher.execute(active, [.text(pid)]).rowCount) == 0 {}
      canceller.cancel()
    }
    let error = #expect(throws: PostgresError.self) { try connection.execute("SELECT pg_sleep(60)") }
    thread.join()
    #expect(error?.sqlState == .queryCanceled)
  }

  @Test("a closed connection answers with a plain error")
  func closed() {
    connection.close()
    connection.close()
    #expect(!connection.isUsable)
    let error = #expect(throws: PostgresError.self) { try connection.execute("SELECT 1") }
    #expect(error?.code == .connection)
    #expect(throws: PostgresError.self) { try connection.pipeline([("SELECT 1", [])]) }
    #expect(throws: PostgresError.self) { try connection.canceller() }
  }

  @Test("the server's version is a number")
  func version() { #expect(connection.serverVersion >= 150_000) }
}
