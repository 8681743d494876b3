import Administration
import LocalServers
import Postgres
import TestSupport
import Testing

@Suite("The notification database's migrations", .requires(.postgres))
struct NotificationMigrationTests {
  private let database: TestDatabase

  init() throws { database = try SharedServers.postgres.newDatabase() }

  private var names: [String] {
    get throws { try Migration.read(directory: Repository.file("migrations/notification")).map(\.name) }
  }

  /// Everything in the schema, and who may do what with it.
  private func schema() throws -> [String] {
    try database.connect().execute(
      """
      SELECT relkind::text || ' ' || relname || ' ' || coalesce(relacl::text, '') FROM pg_class
      WHERE relnamespace = 'notification'::regnamespace
      UNION ALL SELECT 'f ' || oid::regprocedure || ' ' || coalesce(proacl::text, '') || md5(prosrc) FROM pg_proc
      WHERE pronamespace = 'notification'::regnamespace
      UNION ALL SELECT 'c ' || conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = 'notification'::regnamespace
      UNION ALL SELECT 't ' || pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
      WHERE relnamespace = 'notification'::regnamespace AND NOT tgisinternal
      UNION ALL SELECT 'i ' || indexdef FROM pg_indexes WHERE schemaname = 'notification'
      UNION ALL SELECT 'r ' || category || kind FROM notification.category ORDER BY 1
      """
    ).column
  }

  @Test func `psql alone applies them, and a second time changes nothing`() throws {
    try database.migrate()
    let files = try names.map { "\($0).up.sql" }
    try database.psql(files, of: "notification")
    let once = try schema()
    #expect(once.contains { $0.hasPrefix("r security") })
    try database.psql(files, of: "notification")
    #expect(try schema() == once)
    try database.migrateNotification()
    #expect(try schema() == once)
  }

  @Test func `each is taken back in turn until nothing is left, also by psql`() throws {
    try database.migrateNotification()
    let migrator = Migrator(try database.connect(), schema: "notification")
    let migrations = try Migration.read(directory: Repository.file("migrations/notification"))
    for name in try names.reversed() { #expect(try migrator.down(migrations) == name) }
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname = 'notification'"
    #expect(try database.scalar(left) == "0")
    try database.migrateNotification()
    try database.psql(try names.reversed().map { "\($0).down.sql" }, of: "notification")
    #expect(try database.scalar(left) == "0")
  }

  @Test func `the command applies them, and names the outbox where it is missing`() throws {
    let command = ["migrate", "notification", "--dsn", database.conninfo]
    let refused = try BongsuProcess.run(command)
    #expect(!refused.exit.isSuccess)
    #expect(refused.lines.joined().contains("released through an outbox in this database"))
    try database.migrate()
    #expect(try BongsuProcess.run(command).lines == names.map { "applied \($0)" })
    #expect(try BongsuProcess.run(command).lines == ["nothing to apply"])
    #expect(try BongsuProcess.run(command + ["--down"]).lines == ["took back \(try names.last ?? "")"])
  }
}
