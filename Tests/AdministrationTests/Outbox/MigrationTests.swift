import Administration
import LocalServers
import Postgres
import TestSupport
import Testing

@Suite("The outbox's migrations", .requires(.postgres))
struct MigrationTests {
  private let database: TestDatabase
  private static let directory = Repository.file("migrations/outbox")

  init() throws { database = try SharedServers.postgres.newDatabase() }

  /// Everything in the schema, and who may do what with it.
  private func schema() throws -> [String] {
    try database.connect().execute(
      """
      SELECT relkind::text || ' ' || relname || ' ' || coalesce(relacl::text, '') FROM pg_class
      WHERE relnamespace = 'outbox'::regnamespace
      UNION ALL SELECT 'f ' || oid::regprocedure || ' ' || coalesce(proacl::text, '') || md5(prosrc) FROM pg_proc
      WHERE pronamespace = 'outbox'::regnamespace
      UNION ALL SELECT 'a ' || attrelid::regclass || attname || coalesce(attacl::text, '') FROM pg_attribute
      WHERE attrelid = 'outbox.event'::regclass
      UNION ALL SELECT 'p ' || pubname || tablename FROM pg_publication_tables
      UNION ALL SELECT 'r ' || name FROM outbox.event_table ORDER BY 1
      """
    ).column
  }

  private var names: [String] { get throws { try Migration.read(directory: Self.directory).map(\.name) } }

  @Test func `psql alone applies them, and a second time changes nothing`() throws {
    let files = try names.map { "\($0).up.sql" }
    try database.psql(files, of: "outbox")
    let once = try schema()
    #expect(once.contains { $0.hasPrefix("p bongsu") })
    try database.psql(files, of: "outbox")
    #expect(try schema() == once)
  }

  @Test func `bongsu applies what psql has applied, and nothing changes`() throws {
    try database.psql(try names.map { "\($0).up.sql" }, of: "outbox")
    let once = try schema()
    let migrator = Migrator(try database.connect(), schema: "outbox")
    #expect(try migrator.up(Migration.read(directory: Self.directory)) == names)
    #expect(try schema() == once)
    #expect(try migrator.up(Migration.read(directory: Self.directory)).isEmpty)
  }

  @Test func `each is taken back in turn until nothing is left, also by psql`() throws {
    try database.migrate(tables: 3)
    let migrator = Migrator(try database.connect(), schema: "outbox")
    let migrations = try Migration.read(directory: Self.directory)
    for name in try names.reversed() { #expect(try migrator.down(migrations) == name) }
    #expect(try migrator.down(migrations) == nil)
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname = 'outbox'"
    #expect(try database.scalar(left) == "0")
    #expect(try database.scalar("SELECT count(*) FROM pg_publication") == "0")
    try database.migrate()
    try database.psql(try names.reversed().map { "\($0).down.sql" }, of: "outbox")
    #expect(try database.scalar(left) == "0")
  }

  /// Columns that auditors may read, as `event.id`.
  private func audited() throws -> [String] {
    try database.connect().execute(
      """
      SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'outbox'::regnamespace
        AND has_column_privilege('outbox_auditor', c.oid, a.attnum, 'SELECT') ORDER BY 1
      """
    ).column
  }

  @Test func `the auditors' rights can be taken back and given again, and leave all else as it was`() throws {
    try database.migrate(tables: 2)
    let of2 = ["event.created_at", "event.id", "event_2.created_at", "event_2.id"]
    #expect(try audited() == of2)
    let whole = try schema()
    try database.psql(["005_auditor.down.sql"], of: "outbox")
    #expect(try audited() == [])
    #expect(try database.scalar("SELECT has_schema_privilege('outbox_auditor', 'outbox', 'USAGE')") == "f")
    let without = try schema()
    try database.psql(["004_tables.up.sql"], of: "outbox")
    #expect(try schema() == without, "004's functions are back")
    try database.run("SELECT outbox.add_tables(3)")
    #expect(try audited() == [])
    try database.psql(["005_auditor.up.sql"], of: "outbox")
    #expect(try audited() == of2 + ["event_3.created_at", "event_3.id"])
    #expect(try Set(whole).subtracting(schema()).allSatisfy { $0.contains("table_count") })
  }

  @Test func `databases of one cluster can be migrated at the same moment`() throws {
    let databases = try (0..<4).map { _ in try SharedServers.postgres.newDatabase() }
    let children = try databases.map {
      try BongsuProcess(["migrate", "outbox", "--tables", "2", "--dsn", $0.conninfo])
    }
    for child in children { #expect(try child.process.waitForExit().isSuccess, "\(child.process.lines)") }
    for database in databases {
      #expect(try database.scalar("SELECT count(*) FROM outbox.event_table") == "2")
    }
  }

  @Test func `the command adds tables, says which, and refuses to take any away`() throws {
    let command = ["migrate", "outbox", "--dsn", database.conninfo, "--tables"]
    let first = try BongsuProcess.run(command + ["3"])
    #expect(first.exit.isSuccess)
    #expect(first.lines == (try names.map { "applied \($0)" }) + ["added outbox.event_2", "added outbox.event_3"])
    #expect(try BongsuProcess.run(command + ["3"]).lines == ["nothing to apply"])
    let fewer = try BongsuProcess.run(command + ["2"])
    #expect(!fewer.exit.isSuccess)
    #expect(fewer.lines.joined().contains("there are 3 outbox tables"))
    #expect(!(try BongsuProcess.run(command + ["65"]).exit.isSuccess))
  }
}
