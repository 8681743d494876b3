import Administration
import Arguments
import HTTPServer
import Postgres
import Relay

let doctorCommand = Command(
  "doctor", summary: "Check everything between this host, PostgreSQL and Kafka, and say what to type",
  discussion: "It changes nothing. Exit status: 0 all is well or only warnings, 1 something fails, 2 the command line.",
  examples: [
    .init(
      "bongsu doctor --dsn 'host=db dbname=shop user=relay' --bootstrap-servers kafka:9092",
      "checks what `bongsu relay` with the same options needs"),
    .init(
      "bongsu doctor --json --dsn 'host=db dbname=shop user=relay' --bootstrap-servers kafka:9092", "for a program"),
  ],
  options: [
    .string("dsn", "CONNINFO", help: "The database, as libpq takes it; a password belongs into a password file."),
    .string("slot", "NAME", help: "The replication slot (bongsu)."),
    .string("publication", "NAME", help: "The publication (bongsu)."),
    .string("topic", "NAME", help: "Where rows go (notification.events)."),
    .string("parked-topic", "NAME", help: "Where the pointers of refused rows go (notification.parked)."),
    .string("listen", "HOST:PORT", help: "Where the relay's /metrics, /healthz and /readyz would answer."),
    .flag("json", help: "Print JSON."),
  ] + KafkaArguments.options
) { arguments in
  var report = Doctor(try target(arguments)).examine()
  if let listen = arguments.string("listen") {
    report.sections.append(DoctorReport.Section("This host", [port(try ListenAddress(listen))]))
  }
  Terminal.standard.output(arguments.flag("json") ? report.json : report.text)
  if !report.isHealthy { throw ExitStatus(1) }
}

private func target(_ arguments: ParsedArguments) throws -> DoctorTarget {
  guard let dsn = arguments.string("dsn") else {
    throw UsageError(.missingArgument, "--dsn is missing: name the database")
  }
  let source = SourceSettings(
    name: "default", connection: try ConnectionSettings(conninfo: dsn), slot: arguments.string("slot") ?? "bongsu",
    publication: arguments.string("publication") ?? "bongsu",
    topic: arguments.string("topic") ?? "notification.events",
    parkedTopic: arguments.string("parked-topic") ?? "notification.parked")
  return DoctorTarget(sources: [source], kafka: try KafkaArguments.settings(arguments))
}

private func port(_ address: ListenAddress) -> Finding {
  do {
    try HTTPListener(address) { _ in HTTPResponse(status: 200, body: "") }.stop()
    return .ok("listen", "\(address) is free")
  } catch {
    return .warning("listen", "\(error)", "that is as it should be while a relay runs here")
  }
}
