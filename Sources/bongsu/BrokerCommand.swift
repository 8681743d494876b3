import Arguments
import Configuration
import EmbeddedBroker
import HTTPServer
import Operations
import Runtime
import Telemetry

let brokerCommand = Command(
  "broker", summary: "Serve Kafka's protocol on one machine, from a durable log",
  discussion: "For development, tests and small installations on one machine; past that, run a Kafka cluster. "
    + "It listens on this machine alone unless told otherwise, and has no log-in. SIGTERM makes all durable.",
  examples: [
    .init("bongsu broker --data /var/lib/bongsu/broker", "on 127.0.0.1:9092"),
    .init(
      "bongsu broker --data ./data --listen 127.0.0.1:0 --fsync os", "on a free port, as durable as Kafka's defaults"),
  ],
  options: ConfigurationOptions.file + [
    .string("data", "DIRECTORY", completion: .files, help: "Where all is kept; made when it is not there."),
    .string("listen", "HOST:PORT", help: "Where Kafka's clients connect (127.0.0.1:9092)."),
    .string("advertised", "HOST:PORT", help: "What clients are told to connect to (the address listened on)."),
    .string("fsync", "POLICY", help: "When records count as written: always, interval or os (always)."),
    .string("http-listen", "HOST:PORT", help: "Where /metrics, /healthz and /readyz answer (127.0.0.1:9464)."),
  ]
) { arguments in
  let root = try ConfigurationOptions(keys: [
    ("data", "broker.data"), ("listen", "broker.listen"), ("advertised", "broker.advertised"),
    ("fsync", "broker.fsync"), ("http-listen", "http.listen"),
  ]).reader(arguments)
  let broker = BrokerSettings(root: root)
  let daemon = DaemonSettings(root: root)
  try ConfigurationOptions.judged { try root.finish() }
  guard let broker, let daemon else { preconditionFailure("the reader found nothing wrong with what is missing") }
  try runBroker(broker, daemon)
}

/// Runs the broker until a signal.
private func runBroker(_ settings: BrokerSettings, _ daemon: DaemonSettings) throws {
  let signals = StopSignals()
  let logger = Logger(label: "bongsu.broker", level: daemon.logLevel)
  let broker = BrokerServer(settings) { level, message, fields in logger.write(level, message, fields) }
  do {
    try broker.start()
  } catch {
    logger.error("stopped", ["reason": error.description])
    throw ExitStatus(1)
  }
  defer { broker.stop() }
  let metrics = BrokerMetrics(broker)
  let operations = try OperationsServer(
    daemon.listen, metrics: metrics.registry, health: { metrics.health }, readiness: { metrics.readiness })
  defer { operations.stop() }
  logger.info(
    "listening", ["host": daemon.listen.host, "port": "\(operations.port)", "kafka.port": "\(broker.port)"])
  while !Poll.wait([signals.fileDescriptor], timeoutMilliseconds: 1_000) { metrics.refresh() }
  logger.info("stopping")
}

extension Logger {
  fileprivate func write(_ level: BrokerReportLevel, _ message: StaticString, _ fields: Metadata) {
    switch level {
    case .info: info(message, fields)
    case .notice: notice(message, fields)
    case .warning: warning(message, fields)
    case .error: error(message, fields)
    }
  }
}
