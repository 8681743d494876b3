import Arguments
import Configuration
import Postgres
import Relay

/// The outboxes that a command may look into: those of `--outbox-dsn`, or else the relay's sources of the configuration.
enum OutboxOptions {
  static func read(_ arguments: ParsedArguments, _ root: ConfigurationReader) throws -> [SourceSettings] {
    let given = arguments.strings("outbox-dsn")
    let configured = SourceSettings.configured(root: root)
    guard !given.isEmpty else { return configured }
    return try given.enumerated().map { index, text in
      do throws(PostgresError) {
        return SourceSettings(
          name: given.count == 1 ? "outbox" : "outbox \(index + 1)", connection: try ConnectionSettings(conninfo: text),
          slot: "bongsu", publication: "bongsu", topic: "notification.events", parkedTopic: "notification.parked")
      } catch {
        throw UsageError(.badValue, "--outbox-dsn: \(error.message)")
      }
    }
  }
}
