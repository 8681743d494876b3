import Administration
import Kafka
import NotificationModel
import Postgres

/// Makes what a site's roles find there: tables and topics. Done twice it changes nothing.
public struct SiteSetUp: Sendable {
  private let migrations: String

  /// - Parameter migrations: the folder with `outbox` and `notification`.
  public init(migrations: String) { self.migrations = migrations }

  public func apply(dsn: String, bootstrapServers: String) throws {
    let connection = try PostgresConnection(try ConnectionSettings(conninfo: dsn))
    for schema in ["outbox", "notification"] {
      _ = try Migrator(connection, schema: schema).up(try Migration.read(directory: "\(migrations)/\(schema)"))
    }
    let topics = try TopicAdministration(KafkaSettings(bootstrapServers: bootstrapServers))
    try topics.apply(try topics.plan(Self.layout), allowRepartition: false)
  }

  /// As few partitions as keep two processes of a role busy.
  private static let layout = TopicLayout(partitions: 6, replication: 1)
}
