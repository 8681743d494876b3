import Administration
import Foundation
import Kafka
import LocalServers
import NotificationModel
import Operations
import Postgres
import Runtime
import Synchronization

/// What `bongsu dev` works with: somebody's PostgreSQL or a private one, and a broker's address.
final class DevSite: Sendable {
  let bootstrapServers: String
  let migrations: String
  private let given: String?
  private let server = Mutex<PostgresServer?>(nil)

  init(conninfo: String?, bootstrapServers: String, migrations: String) {
    (given, self.bootstrapServers, self.migrations) = (conninfo, bootstrapServers, migrations)
  }

  /// Known once the PostgreSQL runs.
  var conninfo: String { given ?? server.withLock { $0?.conninfo() ?? "" } }

  func startPostgres() throws {
    guard given == nil else { return }
    let made = try PostgresServer()
    server.withLock { $0 = made }
  }

  func stopPostgres() throws { try server.withLock { $0 }?.stop() }

  /// The outbox and the topics, whatever of them is missing.
  func setUp() throws {
    let connection = try PostgresConnection(try ConnectionSettings(conninfo: conninfo))
    _ = try Migrator(connection, schema: "outbox").up(try Migration.read(directory: migrations))
    let topics = try TopicAdministration(KafkaSettings(bootstrapServers: bootstrapServers))
    let layout = TopicLayout(partitions: 6, replication: 1)
    try topics.apply(try topics.plan(layout), allowRepartition: false)
  }

  /// For the terminal, once all is there.
  var welcome: String {
    """

      PostgreSQL   \(conninfo)
      Kafka        \(bootstrapServers)

      Write an event:
        psql '\(conninfo)' \\
          -c "SELECT outbox.enqueue('user', 'user-1', 'order.shipped', '{\\"order\\": 42}')"
      See it arrive:
        kcat -C -b \(bootstrapServers) -t notification.events -o beginning -f '%h\\n%s\\n'

      Ctrl-C ends all of it.


    """
  }
}

/// A step of the start as a service: it has nothing to stop but what `stopStep` says.
final class DevStep: Service {
  let name: String
  let failed = WakeSignal()
  var failure: String? { nil }
  private let startStep: @Sendable () throws -> Void
  private let stopStep: @Sendable () throws -> Void

  init(
    _ name: String, start: @escaping @Sendable () throws -> Void, stop: @escaping @Sendable () throws -> Void = {}
  ) {
    (self.name, startStep, stopStep) = (name, start, stop)
  }

  func start() throws { try startStep() }
  func stop(within deadline: Duration) throws { try stopStep() }
}
