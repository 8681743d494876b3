import LocalServers
import Postgres
import TestSupport
import Testing

@Suite("outbox.maintain", .requires(.postgres))
struct MaintainTests {
  private let database: TestDatabase
  private let connection: PostgresConnection
  private let slot = uniqueName("s", separator: "_")

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrate()
    connection = try database.connect()
  }

  /// As `dropped event_20260101 …`, without the days made ahead.
  private func maintain() throws -> [String] {
    let done = try connection.execute("SELECT * FROM outbox.maintain()")
    return (0..<done.rowCount).map { "\(done[$0, 0] ?? "") \(done[$0, 1] ?? "") \(done[$0, 2] ?? "")" }
  }

  /// Inserts a row of another day and returns the name of that day's partition.
  private func insert(daysFromNow days: Int, table: String = "event") throws -> String {
    let day = try connection.execute(
      """
      INSERT INTO outbox.\(table) (id, aggregatetype, aggregateid, type, payload, created_at)
      VALUES (gen_random_uuid(), 'a', 'k', 't', '{}', now() + make_interval(days => $1))
      RETURNING to_char(created_at AT TIME ZONE 'UTC', 'YYYYMMDD')
      """, [.text("\(days)")]
    ).scalar
    return "\(table)_\(day ?? "")"
  }

  private func register(_ slot: String, _ publication: String = "bongsu") throws {
    try database.makeSlot(slot)
    try connection.execute("SELECT outbox.register_slot($1, $2)", [.text(slot), .text(publication)])
  }

  private func confirm(_ slot: String) throws {
    try connection.execute(
      "SELECT pg_replication_slot_advance($1, pg_current_wal_insert_lsn())", [.text(slot)])
  }

  private func dropSlots() throws {
    try connection.run(
      script: "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
        + "WHERE database = current_database() AND NOT active")
  }

  private func exists(_ table: String) throws -> Bool {
    try connection.execute("SELECT to_regclass('outbox.' || $1)", [.text(table)]).scalar != nil
  }

  @Test func `days are made ahead, once`() throws {
    let days = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox.event'::regclass"
    #expect(try database.scalar(days) == "16", "today, fourteen days and the default")
    #expect(try maintain().isEmpty)
  }

  @Test func `it can go step by step, a transaction each`() throws {
    let days = try [30, 31].map { try insert(daysFromNow: $0) }
    func step(_ count: Int) throws -> [String?] {
      try connection.execute("SELECT object FROM outbox.maintain('7 days', $1::int)", [.text("\(count)")]).column
    }
    #expect(try step(1) == [days[0]])
    #expect(try step(1) == [days[1]])
    #expect(try step(1).isEmpty)
    #expect(throws: PostgresError.self) { try step(0) }
  }

  @Test func `a registration takes nothing from another one of the same slot`() throws {
    try register(slot)
    try database.run("CREATE PUBLICATION other FOR TABLE outbox.event")
    try connection.execute("SELECT outbox.register_slot($1, 'other')", [.text(slot)])
    try connection.execute("SELECT outbox.register_slot($1, 'other')", [.text(slot)])
    let all = "SELECT string_agg(publication, ' ' ORDER BY publication) FROM outbox.slot"
    #expect(try database.scalar(all) == "bongsu other")
    try dropSlots()
  }

  @Test func `a day that is made anew does not inherit an end`() throws {
    let day = try insert(daysFromNow: -10)
    _ = try maintain()
    #expect(try database.scalar("SELECT count(*) FROM outbox.day_end WHERE partition = $1", [.text(day)]) == "1")
    try database.run("DROP TABLE outbox.\(day); UPDATE outbox.day_end SET lsn = '0/1'")
    #expect(try insert(daysFromNow: -10) == day)
    _ = try maintain()
    let end = "SELECT lsn IS DISTINCT FROM '0/1' FROM outbox.day_end WHERE partition = $1"
    #expect(try database.scalar(end, [.text(day)]) == "t")
  }

  @Test func `a stray is moved into its day and published once`() throws {
    try database.makeSlot(slot)
    let day = try insert(daysFromNow: 30)
    #expect(try database.scalar("SELECT count(*) FROM outbox.event_default") == "1")
    #expect(try maintain() == ["created \(day) 1 strays moved"])
    #expect(try database.scalar("SELECT count(*) FROM outbox.event_default") == "0")
    #expect(try database.scalar("SELECT count(*) FROM outbox.\(day)") == "1")
    let published = """
      SELECT count(*) FROM pg_logical_slot_peek_binary_changes('\(slot)', NULL, NULL, 'proto_version', '1',
        'publication_names', 'bongsu') WHERE get_byte(data, 0) = ascii('I')
      """
    #expect(try database.scalar(published) == "1")
    try dropSlots()
  }

  @Test func `a day is kept until its slot has confirmed past it, and dropped then`() throws {
    try register(slot)
    let day = try insert(daysFromNow: -10)
    let first = try maintain()
    #expect(first.count == 2)
    #expect(first.last?.hasPrefix("kept \(day) slot \(slot) has confirmed") == true)
    try confirm(slot)
    #expect(try maintain().map { $0.hasPrefix("dropped \(day)") } == [true])
    #expect(try !exists(day))
    #expect(try database.scalar("SELECT count(*) FROM outbox.day_end WHERE partition = '\(day)'") == "0")
    try dropSlots()
  }

  @Test func `a day younger than what is to be kept stays, whatever is confirmed`() throws {
    try register(slot)
    let day = try insert(daysFromNow: -3)
    _ = try maintain()
    try confirm(slot)
    #expect(try maintain().isEmpty)
    #expect(try exists(day))
    let error = #expect(throws: PostgresError.self) {
      try connection.execute("SELECT * FROM outbox.maintain('1 hour')")
    }
    #expect(error?.message.contains("at least one day") == true)
    try dropSlots()
  }

  @Test func `without a registered slot nothing is dropped`() throws {
    let day = try insert(daysFromNow: -10)
    _ = try maintain()
    #expect(try maintain() == ["kept \(day) no slot is registered for its publication"])
    try database.makeSlot(slot)
    try confirm(slot)
    #expect(try maintain() == ["kept \(day) no slot is registered for its publication"])
    try dropSlots()
  }

  @Test func `a slot that nobody registered protects its rows`() throws {
    let other = uniqueName("s", separator: "_")
    try register(slot)
    try database.makeSlot(other)
    let day = try insert(daysFromNow: -10)
    _ = try maintain()
    try confirm(slot)
    #expect(try maintain().map { $0.hasPrefix("kept \(day) slot \(other) has confirmed") } == [true])
    try confirm(other)
    #expect(try maintain().map { $0.hasPrefix("dropped \(day)") } == [true])
    try dropSlots()
  }

  @Test func `a registered slot that is missing keeps every day until it is forgotten`() throws {
    let gone = uniqueName("s", separator: "_")
    try register(slot)
    try register(gone)
    let day = try insert(daysFromNow: -10)
    _ = try maintain()
    try confirm(slot)
    try connection.execute("SELECT pg_drop_replication_slot($1)", [.text(gone)])
    #expect(try maintain() == ["kept \(day) slot \(gone) is missing"])
    #expect(try database.scalar("SELECT outbox.forget_slot($1)", [.text(gone)]) == "t")
    #expect(try maintain().map { $0.hasPrefix("dropped \(day)") } == [true])
    try dropSlots()
  }

  @Test func `a lost slot keeps every day`() throws {
    let server = try PostgresServer(settings: ["max_slot_wal_keep_size": "1MB"])
    let database = try server.newDatabase()
    try database.migrate()
    try database.makeSlot(slot)
    try database.run("SELECT outbox.register_slot('\(slot)')")
    for _ in 0..<3 { try database.run("SELECT pg_switch_wal(); CREATE TABLE x (); DROP TABLE x") }
    try database.run("CHECKPOINT")
    #expect(try database.scalar("SELECT outbox.why_kept('event', '0/1')") == "slot \(slot) is lost")
    try server.stop(.immediate)
  }

  @Test func `a day is kept while a transaction that began on it is open`() throws {
    try register(slot)
    let day = try insert(daysFromNow: -10)
    let other = try database.connect()
    try other.run(script: "BEGIN; SELECT 1")
    _ = try maintain()
    try confirm(slot)
    #expect(try maintain() == ["kept \(day) a transaction of that day is still open"])
    try other.run(script: "COMMIT; BEGIN; CREATE TABLE x (a int); COMMIT; BEGIN; SELECT 1")
    #expect(try maintain().map { $0.hasPrefix("kept \(day) slot \(slot)") } == [true], "a newer one does not count")
    try confirm(slot)
    #expect(try maintain().map { $0.hasPrefix("dropped \(day)") } == [true])
    try dropSlots()
  }

  @Test func `a prepared transaction keeps the day`() throws {
    try register(slot)
    let day = try insert(daysFromNow: -10)
    try database.run("CREATE TABLE x (a int)")
    try database.run("BEGIN; INSERT INTO x VALUES (1); PREPARE TRANSACTION '\(slot)'")
    _ = try maintain()
    #expect(try maintain() == ["kept \(day) a transaction of that day is still open"])
    try database.run("ROLLBACK PREPARED '\(slot)'")
    #expect(try maintain().map { $0.hasPrefix("kept \(day) slot") } == [true])
    try dropSlots()
  }

  @Test func `a table that somebody holds is left for the next time, soon`() throws {
    let day = try insert(daysFromNow: 30)
    let holder = try database.connect()
    try holder.run(script: "BEGIN; SELECT count(*) FROM outbox.event")
    #expect(try maintain() == ["postponed \(day) the table was locked for too long"])
    #expect(try database.scalar("SELECT count(*) FROM outbox.event_default") == "1")
    try holder.run(script: "COMMIT")
    #expect(try maintain() == ["created \(day) 1 strays moved"])
  }

  @Test func `two at a time do not wait for each other`() throws {
    let other = try database.connect()
    try other.run(script: "BEGIN; SELECT * FROM outbox.maintain()")
    #expect(try maintain() == ["skipped outbox maintenance is running already"])
    try other.run(script: "COMMIT")
    #expect(try maintain().isEmpty)
  }

  @Test func `each table is kept by the slots of its own publication`() throws {
    try connection.execute("SELECT outbox.add_tables(2)")
    try register(slot)
    let (first, second) = (try insert(daysFromNow: -10), try insert(daysFromNow: -10, table: "event_2"))
    _ = try maintain()
    try confirm(slot)
    let done = try maintain()
    #expect(
      done.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == ["dropped \(first)", "kept \(second)"])
    #expect(done.last?.contains("no slot is registered") == true)
    let another = uniqueName("s", separator: "_")
    try register(another, "bongsu_2")
    try confirm(another)
    try confirm(slot)
    #expect(try maintain().map { $0.hasPrefix("dropped \(second)") } == [true])
    try dropSlots()
  }

  @Test func `a slot or publication that is not there cannot be registered`() throws {
    for (name, publication, reason) in [("nowhere", "bongsu", "no logical slot"), (slot, "nowhere", "no publication")] {
      if name == slot { try database.makeSlot(slot) }
      let error = #expect(throws: PostgresError.self) {
        try connection.execute("SELECT outbox.register_slot($1, $2)", [.text(name), .text(publication)])
      }
      #expect(error?.message.contains(reason) == true)
    }
    try dropSlots()
  }
}
