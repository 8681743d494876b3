import Arguments
import Development
import Foundation
import HTTPServer
import Operations
import Telemetry

let devCommand = Command(
  "dev", summary: "Run everything on this machine, to try it or to develop against it",
  discussion: "A private PostgreSQL and Redis, the embedded broker, stand-ins for the providers and every role, each a "
    + "child process with a log of its own that is started again when it ends by itself; sample people and texts; and "
    + "on the terminal what goes on. Without --data all of it is gone at the end. Ctrl-C stops it in order, a second "
    + "one at once. Not for production: there is one of everything.",
  examples: [
    .init("bongsu dev", "says how to write an event and see what becomes of it"),
    .init("bongsu dev --demo", "orders for a minute, with faults, and an account of what arrived"),
    .init("bongsu dev --data ./site", "goes on where it was"),
    .init("bongsu dev --dsn 'host=127.0.0.1 dbname=shop user=owner'", "with your own database"),
  ],
  options: [
    .string("data", "DIRECTORY", completion: .files, help: "Where everything is kept (a temporary directory)."),
    .string("dsn", "CONNINFO", help: "A PostgreSQL with wal_level=logical, as the database's owner."),
    .string("redis", "ADDRESS", help: "A Redis, HOST:PORT or a unix socket's path."),
    .string("bootstrap-servers", "HOST:PORT", help: "A Kafka, in place of the embedded broker."),
    .string("listen", "HOST:PORT", help: "Where the embedded broker listens (a free port of 127.0.0.1)."),
    .string("http-listen", "HOST:PORT", help: "Where this command's own /readyz answers (a free port)."),
    .string("migrations", "DIR", completion: .files, help: "Where the SQL files are (migrations)."),
    .integer("people", "N", in: 0...1_000_000, help: "Sample people in a private PostgreSQL (3000)."),
    .repeated("set", "KEY=VALUE", help: "Any key of the configuration, for all roles."),
    .flag("verbose", help: "Show the roles' logs as well."),
  ] + DemoOptions.all
) { arguments in
  var settings = try siteSettings(arguments)
  let demo = try DemoOptions.read(arguments, &settings)
  let listen = try address(arguments.string("http-listen") ?? "127.0.0.1:0", "--http-listen")
  try runSite(settings, listen, demo)
}

private func siteSettings(_ arguments: ParsedArguments) throws -> SiteSettings {
  var settings = SiteSettings()
  settings.data = arguments.string("data")
  settings.dsn = arguments.string("dsn")
  settings.redis = arguments.string("redis")
  settings.bootstrapServers = arguments.string("bootstrap-servers")
  if let text = arguments.string("listen") {
    let listen = try address(text, "--listen")
    guard listen.port != 0 else { throw UsageError(.badValue, "--listen needs a port that clients can be told") }
    settings.listen = "\(listen)"
  }
  settings.migrations = arguments.string("migrations") ?? settings.migrations
  settings.people = arguments.integer("people") ?? settings.people
  settings.overrides = arguments.strings("set")
  settings.isVerbose = arguments.flag("verbose")
  return settings
}

private func address(_ text: String, _ option: String) throws -> ListenAddress {
  do {
    return try ListenAddress(text)
  } catch { throw UsageError(.badValue, "\(option): \(error)") }
}

/// Until a signal, or until a demo is over; throws the exit status of what did not end well.
private func runSite(_ settings: SiteSettings, _ listen: ListenAddress, _ demo: DemoSettings?) throws {
  let sink = SiteLogSink()
  let logger = Logger(label: "bongsu.dev", sink: sink)
  let registry = MetricsRegistry()
  // Before all else: a thread that is there already would take the signals.
  let daemon = Daemon(name: "dev", version: bongsuVersion, listen: listen, metrics: registry, logger: logger)
  let screen = Screen(isTerminal: Screen.outputIsTerminal) { Terminal.standard.output($0) }
  let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/proc/self/exe"
  let site = try Site(settings, executable: executable, screen: screen, sink: sink, logger: logger)
  let run = demo.map { DemoRun(site, $0) }
  let status = daemon.run(site.services + [run].compactMap { $0 })
  site.end()
  screen.say(settings.data == nil ? "stopped; nothing is left" : "stopped; \(site.directory.path) is kept")
  if status != 0 { throw ExitStatus(status) }
  if let run, run.account?.isSound != true { throw ExitStatus(1) }
}
