import PGOutput
import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite("Replication stream", .requires(.postgres))
struct StreamTests {
  private let settings: ConnectionSettings
  private let connection: PostgresConnection
  private let replication: ReplicationConnection
  private let slot: CreatedSlot

  init() throws {
    settings = try SharedServers.postgres.newDatabase().settings
    connection = try PostgresConnection(settings)
    try connection.run(script: "CREATE TABLE t (a int, b text); CREATE PUBLICATION \"p's \"\"one\"\"\" FOR TABLE t")
    let name = uniqueName("s", separator: "_")
    slot = try ReplicationConnection(settings).createSlot(name, isTemporary: false, snapshot: .nothing)
    replication = try ReplicationConnection(settings)
    try replication.startReplication(slot: name, from: slot.consistentPoint, publications: ["p's \"one\""])
  }

  /// The stream again, as after a restart.
  private func again() throws -> ReplicationConnection {
    let next = try ReplicationConnection(settings)
    try next.startReplication(slot: slot.name, from: .zero, publications: ["p's \"one\""])
    return next
  }

  private var confirmed: LSN? {
    get throws {
      try connection.execute(
        "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = $1", [.text(slot.name)]
      ).scalar.flatMap { LSN($0) }
    }
  }

  @Test("a transaction comes as begin, relation, inserts and commit")
  func transaction() throws {
    try connection.run(script: "INSERT INTO t VALUES (1, 'one'), (2, NULL), (3, '')")
    let events = try replication.events { $0.commitEnd != nil }
    let messages: [(Message, [String?])] = events.compactMap {
      if case .message(let message, let texts) = $0 { (message, texts) } else { nil }
    }
    #expect(messages.count == 6)
    guard case .begin(let begin) = messages[0].0, case .relation(let relation) = messages[1].0,
      case .commit(let commit) = messages[5].0
    else { return #expect(Bool(false), "another order") }
    #expect(begin.commit == commit.commit)
    #expect(begin.committedAt == commit.committedAt)
    #expect(commit.commit < commit.end)
    #expect(relation.namespace == "public")
    #expect(relation.name == "t")
    #expect(relation.columns.map(\.name) == ["a", "b"])
    #expect(messages[2...4].map(\.1) == [["1", "one"], ["2", nil], ["3", ""]])
  }

  @Test("what was rolled back never comes")
  func rollback() throws {
    try connection.run(script: "BEGIN; INSERT INTO t VALUES (1); ROLLBACK")
    try connection.run(script: "BEGIN; INSERT INTO t VALUES (2); SAVEPOINT s; INSERT INTO t VALUES (3)")
    try connection.run(script: "ROLLBACK TO s; INSERT INTO t VALUES (4); COMMIT")
    #expect(try replication.rows(2) == [["2", nil], ["4", nil]])
  }

  @Test("updates, deletes, truncates and logical messages come as what they are")
  func others() throws {
    try connection.run(script: "ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (1, 'a')")
    try connection.run(script: "UPDATE t SET b = 'b'; DELETE FROM t; TRUNCATE t")
    try connection.run(script: "SELECT pg_logical_emit_message(false, 'beat', 'hello')")
    let events = try replication.events {
      if case .message(.logical, _) = $0 { true } else { false }
    }
    var relation: UInt32 = 0
    let kinds = events.compactMap { event -> String? in
      guard case .message(let message, _) = event else { return nil }
      switch message {
      case .relation(let described):
        relation = described.id
        return nil
      case .insert(let id): return id == relation ? "insert" : "?"
      case .update(let id): return id == relation ? "update" : "?"
      case .delete(let id): return id == relation ? "delete" : "?"
      case .truncate(let truncate): return truncate.relations == [relation] ? "truncate" : "?"
      case .logical(let logical): return "\(logical.prefix) \(logical.isTransactional) \(logical.content.count)"
      default: return nil
      }
    }
    #expect(kinds == ["insert", "update", "delete", "truncate", "beat false 5"])
  }

  @Test("a value of 20 MB comes whole")
  func big() throws {
    let text = String(repeating: "0123456789abcdef", count: 20 * 65_536)
    try connection.execute("INSERT INTO t VALUES (1, $1)", [.text(text)])
    let rows = try replication.rows(1)
    #expect(rows.count == 1)
    #expect(rows.first?.last == text)
  }

  @Test("many rows come in order")
  func many() throws {
    try connection.run(script: "INSERT INTO t SELECT generate_series(1, 20000), 'x'")
    #expect(try replication.rows(20_000).compactMap(\.first) == (1...20_000).map { "\($0)" })
  }

  @Test("a status moves the slot, and a stop lets the server read it first")
  func confirming() throws {
    try connection.run(script: "INSERT INTO t VALUES (1)")
    let end = try #require(try replication.events { $0.commitEnd != nil }.last?.commitEnd)
    #expect(try #require(try confirmed) < end)
    try replication.send(.confirming(end))
    #expect(replication.stop(timeout: .seconds(20)))
    #expect(try confirmed == end)
    #expect(try replication.execute("SELECT 1").scalar == "1", "the connection takes commands again")
    try connection.run(script: "INSERT INTO t VALUES (2)")
    #expect(try again().rows(1) == [["2", nil]], "what was confirmed does not come again")
  }

  @Test("a status that asks for a reply is answered by a keep-alive")
  func reply() throws {
    var status = StatusUpdate.confirming(slot.consistentPoint)
    status.replyRequested = true
    try replication.send(status)
    _ = try replication.events {
      if case .keepAlive = $0 { true } else { false }
    }
  }

  @Test("a stop in the middle of a flood of rows ends in time, and nothing of it is lost")
  func stopInFlood() throws {
    try connection.run(script: "INSERT INTO t SELECT generate_series(1, 50000), repeat('x', 200)")
    _ = try replication.events { $0.row != nil }
    #expect(replication.stop(timeout: .seconds(20)))
    #expect(try again().rows(50_000).count == 50_000)
  }

  @Test("what is not taken stays in the socket, however often its input is consumed")
  func backPressure() throws {
    try connection.run(script: "INSERT INTO t SELECT generate_series(1, 50000), repeat('x', 200)")
    for _ in 0..<3_000 {
      try #require(Poll.wait([replication.socket], timeoutMilliseconds: 10_000), "libpq took everything")
      try replication.consumeInput()
    }
    #expect(try replication.rows(50_000).count == 50_000)
  }

  @Test("a stream of big and many rows works over TLS")
  func encrypted() throws {
    #expect(replication.stop(timeout: .seconds(20)))
    let secure = try ReplicationConnection(settings.setting("sslmode", "require"))
    #expect(try secure.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").scalar == "t")
    try secure.startReplication(slot: slot.name, from: .zero, publications: ["p's \"one\""])
    let text = String(repeating: "0123456789abcdef", count: 20 * 65_536)
    try connection.execute("INSERT INTO t VALUES (0, $1)", [.text(text)])
    #expect(try secure.rows(1).first?.last == text)
    try connection.run(script: "INSERT INTO t SELECT generate_series(1, 20000), repeat('x', 200)")
    #expect(try secure.rows(20_000).compactMap(\.first) == (1...20_000).map { "\($0)" })
    #expect(secure.stop(timeout: .seconds(20)))
  }

  @Test("a second stream on one connection is refused, since the server would end it in silence")
  func second() throws {
    #expect(replication.stop(timeout: .seconds(20)))
    let error = #expect(throws: PostgresError.self) {
      try replication.startReplication(slot: slot.name, from: .zero, publications: ["p"])
    }
    #expect(error?.disposition == .retry(after: nil))
  }

  private var walsender: String {
    get throws {
      let query = "SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1"
      return try #require(try connection.execute(query, [.text(slot.name)]).scalar)
    }
  }

  @Test("a stop gives up at its deadline when the server does not answer")
  func stopDeadline() throws {
    try Signals.withStopped(pid: walsender) {
      let start = ContinuousClock.now
      #expect(!replication.stop(timeout: .milliseconds(300)))
      #expect(ContinuousClock.now - start < .seconds(10))
    }
  }

  @Test("statuses to a server that does not read cost no memory and no time")
  func deaf() throws {
    try Signals.withStopped(pid: walsender) {
      // The kernel makes room for some more after it was full for the first time.
      var held = 0
      for number in 0..<4_000_000 as Range<UInt64> where held < 10_000 {
        try replication.send(.confirming(LSN(rawValue: number)))
        guard let status = replication.heldStatus else { continue }
        held += 1
        try #require(status.flushed.rawValue == number, "the newest is held")
      }
      #expect(held == 10_000, "the socket was never full")
    }
    #expect(replication.stop(timeout: .seconds(20)))
  }

  @Test("an error of the body leaves the stream where it is")
  func bodyThrows() throws {
    struct Refused: Error {}
    try connection.run(script: "INSERT INTO t VALUES (1)")
    #expect(throws: Refused.self) {
      while true {
        _ = try replication.nextFrame { (_) throws(Refused) in throw Refused() }
        _ = Poll.wait([replication.socket], timeoutMilliseconds: 100)
        try replication.consumeInput()
      }
    }
    #expect(replication.isUsable)
  }

  @Test("a closed stream answers with a plain error")
  func closed() throws {
    replication.close()
    #expect(replication.socket == -1)
    #expect(throws: PostgresError.self) { try replication.consumeInput() }
    #expect(throws: PostgresError.self) { try replication.nextFrame { _ in } }
    #expect(throws: PostgresError.self) { try replication.send(.confirming(.zero)) }
    #expect(throws: PostgresError.self) { try replication.execute("SELECT 1") }
    #expect(!replication.stop(timeout: .seconds(1)))
  }
}
