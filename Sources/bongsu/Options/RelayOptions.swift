import Arguments
import Configuration
import Operations
import Relay

/// The options of the commands that work on a relay's sources, and what they make of them.
enum RelayOptions {
  static let source: [Option] = [
    .string("dsn", "CONNINFO", help: "The database, as libpq takes it; a password belongs into a password file."),
    .string("slot", "NAME", help: "The replication slot (bongsu)."),
    .string("publication", "NAME", help: "The publication (bongsu)."),
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
    .string("topic", "NAME", help: "Where rows go (notification.events)."),
    .string("parked-topic", "NAME", help: "Where the pointers of refused rows go (notification.parked)."),
  ]

  static let listen: [Option] = [
    .string("listen", "HOST:PORT", help: "Where /metrics, /healthz and /readyz answer (127.0.0.1:9464).")
  ]

  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "relay.dsn"), ("slot", "relay.slot"), ("publication", "relay.publication"), ("topic", "relay.topic"),
    ("parked-topic", "relay.parkedTopic"), ("bootstrap-servers", "kafka.bootstrapServers"), ("listen", "http.listen"),
  ])

  /// Everything that the configuration says, judged as a whole.
  /// - Parameter creatingSlots: raises `createSlot` of every source.
  static func read(
    _ arguments: ParsedArguments, creatingSlots: Bool = false
  ) throws -> (relay: RelaySettings, operations: OperationsSettings) {
    let root = try configuration.reader(arguments)
    let relay = RelaySettings(root: root)
    let operations = OperationsSettings(root)
    try ConfigurationOptions.finish(root, reading: ["http", "kafka", "log", "relay"])
    guard var relay else { preconditionFailure("the reader found nothing wrong with what is missing") }
    if creatingSlots { for index in relay.sources.indices { relay.sources[index].createSlot = true } }
    return (relay, operations)
  }
}
