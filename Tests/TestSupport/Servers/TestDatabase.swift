import Administration
import Foundation
public import LocalServers
public import Postgres

/// A database of one test's own.
public struct TestDatabase: Sendable {
  public let name: String
  public let server: PostgresServer

  init(on server: PostgresServer) throws {
    name = uniqueName("t", separator: "_")
    self.server = server
    try PostgresConnection(server.connectionSettings()).run(script: "CREATE DATABASE \(name)")
  }

  /// The same database on a standby of its server.
  public func copy(on standby: PostgresServer) -> TestDatabase { TestDatabase(name: name, server: standby) }

  private init(name: String, server: PostgresServer) {
    self.name = name
    self.server = server
  }

  public var conninfo: String { server.conninfo(database: name) }
  /// Nothing that a test asks for may take for ever: a slot, say, is made only when all prepared transactions are over.
  public var settings: ConnectionSettings {
    get throws { try ConnectionSettings(conninfo: conninfo + " options='-c statement_timeout=120s'") }
  }

  public func connect() throws -> PostgresConnection { try PostgresConnection(settings) }

  /// Runs statements on a connection of their own.
  public func run(_ script: String) throws { try connect().run(script: script) }

  /// The first column of the first row.
  @discardableResult
  public func scalar(_ sql: String, _ parameters: [SQLValue] = []) throws -> String? {
    try connect().execute(sql, parameters).scalar
  }

  /// Applies the outbox's migrations and makes so many outbox tables.
  public func migrate(tables: Int = 1) throws {
    let migrations = try Migration.read(directory: Repository.file("migrations/outbox"))
    _ = try Migrator(connect(), schema: "outbox").up(migrations)
    if tables > 1 { _ = try OutboxTables(connect()).grow(to: tables) }
  }

  /// Applies the outbox's migrations and those of the notification database.
  public func migrateNotification() throws {
    try migrate()
    let migrations = try Migration.read(directory: Repository.file("migrations/notification"))
    _ = try Migrator(connect(), schema: "notification").up(migrations)
  }

  /// Applies files of a directory of migrations by psql alone.
  public func psql(_ files: [String], of schema: String) throws {
    let directory = Repository.file("migrations/\(schema)")
    try ChildProcess.run(
      ChildCommand(
        "psql", ["-q", "-d", conninfo, "-v", "ON_ERROR_STOP=1", "-1"] + files.flatMap { ["-f", "\(directory)/\($0)"] }))
  }

  /// The settings of a new user of a group, as a DBA makes one.
  public func user(in group: String, _ attributes: String = "") throws -> ConnectionSettings {
    let name = uniqueName("u", separator: "_")
    try run("CREATE ROLE \(name) LOGIN \(attributes) IN ROLE \(group) PASSWORD 'secret-of-a-test'")
    return try settings.setting("user", name).setting("password", "secret-of-a-test")
  }

  /// A slot at the WAL's present end.
  public func makeSlot(_ name: String) throws {
    try scalar("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [.text(name)])
  }
}

/// The checkout that the tests run in.
public enum Repository {
  public static let path: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.path
  }()

  public static func file(_ name: String) -> String { "\(path)/\(name)" }
}
