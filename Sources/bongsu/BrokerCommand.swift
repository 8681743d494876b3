import Arguments
import Configuration
import EmbeddedBroker
import Operations
import Runtime
import Synchronization
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
  let operations = OperationsSettings(root)
  try ConfigurationOptions.finish(root, reading: ["broker", "http", "log"])
  guard let broker else { preconditionFailure("the reader found nothing wrong with what is missing") }
  try runDaemon("broker", operations) { BrokerService(broker, registry: $0, logger: $1) }
}

/// The broker as a part of a daemon, with a thread that looks at its numbers once a second.
private final class BrokerService: Service {
  let name = "broker"
  let failed = WakeSignal()
  var failure: String? { nil }
  private let broker: BrokerServer
  private let metrics: BrokerMetrics
  private let logger: Logger
  private let ended = WakeSignal()
  private let watcher = Mutex<OwnedThread?>(nil)

  init(_ settings: BrokerSettings, registry: MetricsRegistry, logger: Logger) {
    broker = BrokerServer(settings) { level, message, fields in logger.write(level, message, fields) }
    metrics = BrokerMetrics(broker, registry)
    self.logger = logger
  }

  func start() throws {
    try broker.start()
    logger.info("serving", ["kafka.port": "\(broker.port)"])
    let thread = OwnedThread(name: "broker metrics") { [metrics, ended] in
      repeat { metrics.refresh() } while !Poll.wait([ended.fileDescriptor], timeoutMilliseconds: 1_000)
    }
    watcher.withLock { $0 = thread }
  }

  func stop(within deadline: Duration) {
    ended.signal()
    watcher.withLock { $0 }?.join()
    broker.stop()
  }

  var healthProblems: [String: String] { metrics.health }
  var readinessProblems: [String: String] { metrics.readiness }
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
