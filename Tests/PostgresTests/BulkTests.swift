import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite("Pipeline and COPY", .requires(.postgres))
struct BulkTests {
  private let connection: PostgresConnection

  init() throws {
    connection = try PostgresConnection(SharedServers.postgres.newDatabase().settings)
    try connection.run(script: "CREATE TABLE t (a int PRIMARY KEY, b text)")
  }

  private var count: String? { get throws { try connection.execute("SELECT count(*) FROM t").scalar } }

  private static func insert(_ number: Int, _ text: SQLValue = "x") -> (sql: String, parameters: [SQLValue]) {
    ("INSERT INTO t VALUES ($1, $2) RETURNING a", [.text("\(number)"), text])
  }

  @Test("a pipeline of 5,000 statements gives a result for each")
  func pipeline() throws {
    let results = try connection.pipeline((1...5_000).map { Self.insert($0) })
    #expect(results.map(\.scalar) == (1...5_000).map { "\($0)" })
    #expect(try count == "5000")
  }

  @Test("prepared statements are run by their names, and an unknown name is refused")
  func prepared() throws {
    try connection.prepare("add", "SELECT $1::int + $2::int")
    let results = try connection.pipeline(prepared: [("add", [1, 2]), ("add", ["3", nil])])
    #expect(results.map(\.scalar) == ["3", nil])
    #expect(throws: PostgresError.self) { try connection.pipeline(prepared: [("none", [])]) }
    #expect(throws: PostgresError.self) { try connection.prepare("bad", "SELECT nothing") }
    #expect(try connection.pipeline(prepared: [("add", [2, 2])]).first?.scalar == "4")
  }

  @Test("an empty pipeline is nothing")
  func empty() throws { #expect(try connection.pipeline([]).isEmpty) }

  @Test("a connection that the server ends in the middle of a pipeline is lost, and retriable", .timeLimit(.minutes(1)))
  func ended() throws {
    let end: (String, [SQLValue]) = ("SELECT pg_terminate_backend(pg_backend_pid())", [])
    for others in [0, 1, 1_000] {
      let connection = try PostgresConnection(SharedServers.postgres.connectionSettings())
      let error = #expect(throws: PostgresError.self) {
        try connection.pipeline([end] + (0..<others).map { ("SELECT $1::int", [.text("\($0)")]) })
      }
      #expect(error?.disposition == .retry(after: nil))
      #expect(!connection.isUsable)
    }
  }

  @Test("a refused statement undoes its pipeline, and the connection stays usable")
  func refused() throws {
    let error = #expect(throws: PostgresError.self) {
      try connection.pipeline([Self.insert(1), Self.insert(1), Self.insert(2)])
    }
    #expect(error?.sqlState == .uniqueViolation)
    #expect(try count == "0")
    #expect(try connection.pipeline([Self.insert(3)]).count == 1)
  }

  @Test("a refused statement inside a transaction rolls the whole back")
  func inTransaction() throws {
    #expect(throws: PostgresError.self) {
      try connection.transaction { inside in
        try inside.execute("INSERT INTO t VALUES (7)")
        try inside.pipeline([Self.insert(8), ("SELECT 1/0", [])])
      }
    }
    #expect(try count == "0")
  }

  @Test("a statement that cannot be sent sends none")
  func invalid() throws {
    let error = #expect(throws: PostgresError.self) {
      try connection.pipeline([Self.insert(1), Self.insert(2, "a\u{0}")])
    }
    #expect(error?.code == .invalidArgument)
    #expect(try count == "0")
  }

  @Test("more than the sockets hold goes both ways through a pipeline")
  func large() throws {
    let text = SQLValue.text(String(repeating: "x", count: 1 << 20))
    let results = try connection.pipeline((1...24).map { _ in ("SELECT $1::text", [text]) })
    #expect(results.allSatisfy { $0.scalar?.utf8.count == 1 << 20 })
  }

  @Test("COPY takes rows in pieces of any size")
  func copy() throws {
    let rows = try connection.copyIn("COPY t FROM STDIN") { write in
      try write("1\tone\n2")
      try write("\t\\N\n")
      for number in 3...1_000 { try write("\(number)\tx\n") }
    }
    #expect(rows == 1_000)
    #expect(try count == "1000")
    #expect(try connection.execute("SELECT b FROM t WHERE a <= 2 ORDER BY a")[1, 0] == nil)
  }

  @Test("a writer that gives up leaves no row")
  func abandoned() throws {
    struct GivenUp: Error {}
    #expect(throws: GivenUp.self) {
      try connection.copyIn("COPY t FROM STDIN") { write in
        try write("1\tone\n")
        throw GivenUp()
      }
    }
    #expect(try count == "0")
  }

  @Test("a row that the server refuses is the COPY's error, however late it comes")
  func refusedRow() throws {
    let small = #expect(throws: PostgresError.self) {
      try connection.copyIn("COPY t FROM STDIN") { write in try write("one\tone\n") }
    }
    #expect(small?.sqlState == SQLState(rawValue: "22P02"))
    let large = #expect(throws: PostgresError.self) {
      try connection.copyIn("COPY t FROM STDIN") { write in
        for number in 0..<500_000 { try write("\(number == 0 ? "one" : "\(number)")\tmuch text to fill the socket\n") }
      }
    }
    #expect(large?.sqlState == SQLState(rawValue: "22P02"))
    #expect(try count == "0")
  }

  @Test("a connection that ends in the middle of a COPY is lost, and retriable")
  func lost() throws {
    let other = try PostgresConnection(SharedServers.postgres.connectionSettings())
    let pid = try #require(try connection.execute("SELECT pg_backend_pid()").scalar)
    let error = #expect(throws: PostgresError.self) {
      try connection.copyIn("COPY t FROM STDIN") { write in
        try write("1\tone\n")
        try other.execute("SELECT pg_terminate_backend($1, 10000)", [.text(pid)])
        for number in 2...1_000_000 { try write("\(number)\tmuch text to fill the socket\n") }
      }
    }
    #expect(error?.disposition == .retry(after: nil))
    #expect(!connection.isUsable)
  }

  @Test("what is no COPY FROM STDIN is refused")
  func noCopy() throws {
    let error = #expect(throws: PostgresError.self) { try connection.copyIn("SELECT 1") { _ in } }
    #expect(error?.code == .unexpectedAnswer)
    #expect(throws: PostgresError.self) { try connection.copyIn("COPY t TO STDOUT") { _ in } }
    #expect(try count == "0")
  }
}
