/// Everything that a run makes has this name: schema, publication, slot and topic. So a person finds what a run that
/// was killed has left.
public struct BenchName: Sendable, Equatable, CustomStringConvertible {
  /// How all of them begin.
  public static let prefix = "bongsu_bench_"
  public let description: String

  init(using random: inout some RandomNumberGenerator) {
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    description = Self.prefix + String((0..<8).map { _ in letters.randomElement(using: &random) ?? "a" })
  }

  /// The outbox.
  var table: String { "\(self).event" }

  /// The slot that is read to nowhere; temporary, so that it ends with its connection.
  var ceilingSlot: String { "\(self)_ceiling" }

  /// Statements for psql that remove what is in PostgreSQL, the slot first, as it keeps the log.
  var removal: [String] {
    [
      "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '\(self)'",
      "DROP PUBLICATION IF EXISTS \(self)",
      "DROP SCHEMA IF EXISTS \(self) CASCADE",
    ]
  }

  /// What to type after a run that could not remove everything itself.
  var advice: String {
    "with psql: \(removal.joined(separator: "; ")). With Kafka's tools: kafka-topics --delete --topic \(self)"
  }
}
