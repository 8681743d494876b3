public import Configuration
import Kafka
import Operations

extension RelaySettings {
  /// Reads the sections `relay` and `kafka`. `relay` holds
  /// - `stopDeadline` (time, 10s): how long a stop may take to finish what is in flight.
  /// - `flight.rows` (number, 16384), `flight.bytes` (size, 16MB): what may wait for Kafka's acknowledgement.
  /// - `sources`, a list of sources, or the keys of a single source in place of the list.
  ///
  /// A source's keys are those of `SourceSettings.init(section:)`. Nil when something that is needed is missing;
  /// `finish()` of the reader says what.
  public init?(root: ConfigurationReader) {
    let kafka = KafkaSettings(root: root)
    if let kafka { Self.reportUnsafe(kafka, root.section("kafka")) }
    let section = root.section("relay")
    let sources = SourceSettings.all(in: section)
    let stopDeadline = section.duration("stopDeadline", in: .seconds(1)...(.seconds(300)), default: .seconds(10))
    let flight = section.section("flight")
    let rows = flight.int("rows", in: 64...1_000_000, default: FlightBounds().rows)
    let bytes = flight.size("bytes", in: (1 << 20)...(1 << 30), default: FlightBounds().bytes)
    guard let kafka, !sources.isEmpty else { return nil }
    self.init(sources: sources, kafka: kafka)
    self.stopDeadline = stopDeadline
    self.flight.rows = rows
    self.flight.bytes = bytes
  }
  /// What would let a row be confirmed that Kafka can still lose, or let rows of one key change places.
  private static func reportUnsafe(_ kafka: KafkaSettings, _ section: ConfigurationReader) {
    let needed = [
      "acks": ["all", "-1"], "request.required.acks": ["all", "-1"], "enable.idempotence": ["true"],
      "message.timeout.ms": ["0"], "delivery.timeout.ms": ["0"], "partitioner": ["murmur2", "murmur2_random"],
    ]
    for (name, allowed) in needed.sorted(by: { $0.key < $1.key }) {
      guard let value = kafka.properties[name], !allowed.contains(value) else { continue }
      let words = allowed.joined(separator: " or ")
      let message = "must be \(words) for a relay, or rows could be lost or reordered"
      section.report(.badValue, "properties.\(name)", message)
    }
  }
}
