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
  examples: [.init("bongsu migrate outbox --dsn 'host=db dbname=shop user=owner'", "applies what is missing")],
  options: [
    .string("dsn", "CONNINFO", help: "The database, as the owner of the outbox."),
    .string("directory", "DIR", completion: .files, help: "Where the files are (migrations/outbox)."),
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
    Terminal.standard.output(try migrator.down(migrations).map { "took back \($0)\n" } ?? "nothing to take back\n")
  } else {
    let applied = try migrator.up(migrations)
    Terminal.standard.output(applied.isEmpty ? "nothing to apply\n" : applied.map { "applied \($0)\n" }.joined())
  }
}
