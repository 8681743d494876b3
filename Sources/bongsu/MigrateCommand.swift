import Administration
import Arguments
import Postgres

let migrateCommand = Command(
  "migrate", summary: "Apply and record the schema's migrations",
  examples: [.init("bongsu migrate outbox --dsn 'host=db dbname=shop user=owner'", "makes the outbox")],
  subcommands: [outboxMigrations, notificationMigrations])

private let discussion =
  "The files are plain SQL, which psql applies just as well. Applied twice they change nothing."

private func options(_ schema: String) -> [Option] {
  [
    .string("dsn", "CONNINFO", help: "The database, as the owner of the schema."),
    .string("directory", "DIR", completion: .files, help: "Where the files are (migrations/\(schema))."),
    .flag("down", help: "Take the last applied one back."),
  ]
}

private let outboxMigrations = Command(
  "outbox", summary: "The outbox table, its publication, functions and roles", discussion: discussion,
  examples: [
    .init("bongsu migrate outbox --dsn 'host=db dbname=shop user=owner'", "applies what is missing"),
    .init("bongsu migrate outbox --tables 4 --dsn 'host=db dbname=shop user=owner'", "and has four tables then"),
  ],
  options: options("outbox") + [
    .integer(
      "tables", "N", in: OutboxTables.range,
      help: "How many outbox tables there are to be, each with its publication. Their number only grows.")
  ]
) { arguments in
  let tables = arguments.integer("tables")
  guard tables == nil || !arguments.flag("down") else {
    throw UsageError(.unexpectedArgument, "--tables and --down exclude each other")
  }
  try migrate("outbox", arguments) { connection in
    try tables.map { try OutboxTables(connection).grow(to: $0).map { "added outbox.\($0)\n" } } ?? []
  }
}

private let notificationMigrations = Command(
  "notification", summary: "Users, devices, settings, templates, deferrals and the delivery log",
  discussion: "Needs the outbox in the same database, through which deferred deliveries are released. \(discussion)",
  examples: [
    .init("bongsu migrate notification --dsn 'host=db dbname=notification user=owner'", "applies what is missing")
  ],
  options: options("notification")
) { arguments in try migrate("notification", arguments) }

/// - Parameter finish: what is done once all are applied; it returns lines about it.
private func migrate(
  _ schema: String, _ arguments: ParsedArguments, finish: (PostgresConnection) throws -> [String] = { _ in [] }
) throws {
  guard let dsn = arguments.string("dsn") else {
    throw UsageError(.missingArgument, "--dsn is missing: name the database")
  }
  let migrations = try Migration.read(directory: arguments.string("directory") ?? "migrations/\(schema)")
  let connection = try PostgresConnection(try ConnectionSettings(conninfo: dsn))
  let migrator = Migrator(connection, schema: schema)
  if arguments.flag("down") {
    return Terminal.standard.output(
      try migrator.down(migrations).map { "took back \($0)\n" } ?? "nothing to take back\n")
  }
  let done = try migrator.up(migrations).map { "applied \($0)\n" } + finish(connection)
  Terminal.standard.output(done.isEmpty ? "nothing to apply\n" : done.joined())
}
