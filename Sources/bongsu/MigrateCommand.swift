import Administration
import Arguments
import Postgres

let migrateCommand = Command(
  "migrate", summary: "Apply and record the schema's migrations",
  examples: [.init("bongsu migrate outbox --dsn 'host=db dbname=shop user=owner'", "makes the outbox")],
  subcommands: [outboxMigrations])

private let outboxMigrations = Command(
  "outbox", summary: "The outbox table, its publication, functions and roles",
  discussion: "The files are plain SQL, which psql applies just as well. Applied twice they change nothing.",
  examples: [
    .init("bongsu migrate outbox --dsn 'host=db dbname=shop user=owner'", "applies what is missing"),
    .init("bongsu migrate outbox --tables 4 --dsn 'host=db dbname=shop user=owner'", "and has four tables then"),
  ],
  options: [
    .string("dsn", "CONNINFO", help: "The database, as the owner of the outbox."),
    .string("directory", "DIR", completion: .files, help: "Where the files are (migrations/outbox)."),
    .integer(
      "tables", "N", in: OutboxTables.range,
      help: "How many outbox tables there are to be, each with its publication. Their number only grows."),
    .flag("down", help: "Take the last applied one back."),
  ]
) { arguments in
  guard let dsn = arguments.string("dsn") else {
    throw UsageError(.missingArgument, "--dsn is missing: name the database")
  }
  let migrations = try Migration.read(directory: arguments.string("directory") ?? "migrations/outbox")
  let connection = try PostgresConnection(try ConnectionSettings(conninfo: dsn))
  let migrator = Migrator(connection, schema: "outbox")
  if arguments.flag("down") {
    guard arguments.integer("tables") == nil else {
      throw UsageError(.unexpectedArgument, "--tables and --down exclude each other")
    }
    return Terminal.standard.output(
      try migrator.down(migrations).map { "took back \($0)\n" } ?? "nothing to take back\n")
  }
  var done = try migrator.up(migrations).map { "applied \($0)\n" }
  if let tables = arguments.integer("tables") {
    done += try OutboxTables(connection).grow(to: tables).map { "added outbox.\($0)\n" }
  }
  Terminal.standard.output(done.isEmpty ? "nothing to apply\n" : done.joined())
}
