public import Kafka
public import Postgres

/// One replication slot and where its rows go.
public struct SourceSettings: Sendable {
  /// The source's name in logs and metrics.
  public var name: String
  public var connection: ConnectionSettings
  public var slot: String
  public var publication: String
  /// Where rows go that no route names.
  public var topic: String
  /// Where the pointers of quarantined rows go.
  public var parkedTopic: String
  /// Aggregate type to topic.
  public var routes: [String: String] = [:]
  public var columns = ColumnNames()
  /// Makes the slot when it is missing and sends what the tables hold: for the first set-up only.
  public var createSlot = false
  /// How often a logical message is written, so that a database without traffic has something to confirm;
  /// zero is never.
  public var heartbeat: Duration = .seconds(10)
  /// Partition maintenance; nil leaves it to somebody else.
  public var maintenance: MaintenanceSettings?

  public init(
    name: String, connection: ConnectionSettings, slot: String, publication: String, topic: String, parkedTopic: String
  ) {
    self.name = name
    self.connection = connection
    self.slot = slot
    self.publication = publication
    self.topic = topic
    self.parkedTopic = parkedTopic
  }

  /// What a person types to have this source made whole; with the relay's own file or flags it names one of several.
  func repairCommand(replacesSlot: Bool = false) -> String {
    "bongsu relay repair --source \(name)\(replacesSlot ? " --replace-slot" : "") with the relay's configuration"
  }

  /// Every topic that rows of this source may go to, in a stable order.
  var topics: [String] { Array(Set(routes.values).union([topic])).sorted() }
}

/// When `outbox.maintain` runs.
public struct MaintenanceSettings: Sendable {
  /// The connection to run it with; nil uses the source's own.
  public var connection: ConnectionSettings?
  public var interval: Duration
  /// Whole days that are kept, as PostgreSQL's interval.
  public var keep: String

  public init(connection: ConnectionSettings? = nil, interval: Duration = .seconds(3_600), keep: String = "7 days") {
    self.connection = connection
    self.interval = interval
    self.keep = keep
  }
}

/// What a relay process runs.
public struct RelaySettings: Sendable {
  public var sources: [SourceSettings]
  public var kafka: KafkaSettings
  public var flight = FlightBounds()
  /// How long a stop may take to finish what is in flight.
  public var stopDeadline: Duration = .seconds(10)

  public init(sources: [SourceSettings], kafka: KafkaSettings) {
    self.sources = sources
    self.kafka = kafka
  }
}

/// How much may wait for Kafka's acknowledgement; past either bound the replication socket is not read.
public struct FlightBounds: Sendable {
  public var rows = 16_384
  /// Bytes of keys, values and headers. A single row may exceed it: it then flies alone.
  public var bytes = 16 << 20

  public init() {}
}
