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
}
