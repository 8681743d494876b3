import Administration
import Arguments
import Foundation
import HTTPServer
import LocalServers
import NotificationModel
import Operations

let devCommand = Command(
  "dev", summary: "Run everything on this machine, to try it or to develop against it",
  discussion: "A private PostgreSQL with the outbox, the embedded broker with the topics, and the relay, each started "
    + "again when it ends by itself. PostgreSQL's data go with it and so do the broker's, unless --dsn and --data name "
    + "where to keep them. Not for production: the private PostgreSQL does not wait for its disk.",
  examples: [
    .init("bongsu dev", "says how to write an event and see it arrive"),
    .init("bongsu dev --dsn 'host=127.0.0.1 dbname=shop user=owner' --data ./broker", "with your own database"),
  ],
  options: ConfigurationOptions.file + [
    .string("dsn", "CONNINFO", help: "A PostgreSQL with wal_level=logical, as the database's owner."),
    .string("data", "DIRECTORY", completion: .files, help: "Where the broker keeps its log."),
    .string("listen", "HOST:PORT", help: "Where Kafka's clients connect (127.0.0.1:9092)."),
    .string("http-listen", "HOST:PORT", help: "Where /metrics, /healthz and /readyz of this command answer."),
    .string("migrations", "DIR", completion: .files, help: "Where the outbox's SQL files are (migrations/outbox)."),
  ]
) { arguments in
  let root = try ConfigurationOptions(keys: [("http-listen", "http.listen")]).reader(arguments)
  let operations = OperationsSettings(root)
  try ConfigurationOptions.finish(root, reading: ["http", "log"])
  let listen = try devListen(arguments.string("listen") ?? "127.0.0.1:9092")
  let site = DevSite(
    conninfo: arguments.string("dsn"), bootstrapServers: listen,
    migrations: arguments.string("migrations") ?? "migrations/outbox")
  try runDaemon("dev", operations) { _, logger in
    // Not before: it starts a thread, which would take the signals.
    let scratch = try TemporaryDirectory(prefix: "bongsu-dev")
    let data = arguments.string("data") ?? scratch.file("broker")
    return [
      DevStep(
        "PostgreSQL", start: { try site.startPostgres() },
        stop: { [scratch] in
          try site.stopPostgres()
          scratch.remove()
        }),
      ChildService("broker", logger: logger, readyWords: #""message":"serving""#) {
        .bongsu(["broker", "--data", data, "--listen", listen, "--http-listen", "127.0.0.1:0"])
      },
      DevStep("set-up", start: { try site.setUp() }),
      ChildService("relay", logger: logger, readyWords: #""message":"streaming""#) {
        // A password on a command line is everybody's to read.
        .bongsu(
          ["relay", "--bootstrap-servers", listen, "--create-slot", "--listen", "127.0.0.1:0"],
          environment: ["BONGSU_RELAY_DSN": site.conninfo])
      } onReady: {
        Terminal.standard.output(site.welcome)
      },
    ]
  }
}

private func devListen(_ text: String) throws -> String {
  do {
    let address = try ListenAddress(text)
    guard address.port != 0 else { throw UsageError(.badValue, "--listen needs a port that clients can be told") }
    return "\(address.host):\(address.port)"
  } catch let error as HTTPServerError {
    throw UsageError(.badValue, "--listen: \(error)")
  }
}

extension ChildCommand {
  /// This executable once more.
  fileprivate static func bongsu(_ arguments: [String], environment: [String: String] = [:]) -> ChildCommand {
    var command = ChildCommand(FileManager.default.ownExecutable, arguments)
    command.environment = environment
    return command
  }
}

extension FileManager {
  fileprivate var ownExecutable: String {
    (try? destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/proc/self/exe"
  }
}
