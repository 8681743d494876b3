import Foundation
import LocalServers
import NotificationModel
import Postgres
import TestSupport

/// The servers of one play of the whole system, apart from all others, as it kills them.
final class SystemSite {
  let postgres: PostgresServer
  let redis: RedisServer
  let broker: any LocalBroker
  let database: TestDatabase
  let providers: SystemProviders
  private let folder: TemporaryDirectory

  static let partitions = 4

  /// - Parameter broker: nil is one of the run's kind.
  init(broker given: (any LocalBroker)? = nil) throws {
    postgres = try PostgresServer()
    redis = try RedisServer()
    broker = try given ?? BrokerChoice.current.start()
    database = try postgres.newDatabase()
    folder = try TemporaryDirectory(prefix: "bongsu-system")
    providers = try SystemProviders(folder: folder.path)
    try database.migrateNotification()
    try SystemFixture.makePeople(in: database)
    try database.makeSlot("bongsu")
    let arguments = ["topics", "apply", "--bootstrap-servers", broker.bootstrapServers, "--partitions", "4"]
    let (exit, lines) = try BongsuProcess.run(arguments)
    guard exit.isSuccess else { throw NeverHappened(description: "topics apply: \(lines)") }
    try configuration.write(toFile: file, atomically: true, encoding: .utf8)
  }

  /// One file for all roles, as on a machine of an operator's.
  var file: String { folder.file("bongsu.yaml") }

  private var configuration: String {
    """
    kafka:
      bootstrapServers: \(broker.bootstrapServers)
    redis:
      address: \(redis.address)
    notification:
      dsn: "\(database.conninfo)"
    relay:
      dsn: "\(database.conninfo)"
    worker:
      lease: 2s
    redrive:
      tiers: 1s,2s,3s,4s
      jitter: 500ms
    log:
      level: info
    \(providers.configuration)
    """
  }

  /// Every role, two copies of each.
  var roles: [SystemCast.Role] {
    ["one", "two"].flatMap { copy in
      let roles = ["relay", "router", "redrive", "recorder"].map { ($0, [$0]) }
      let workers = DeliveryChannel.allCases.map { ("worker \($0.rawValue)", ["worker", "--channel", $0.rawValue]) }
      return (roles + workers).map { name, arguments in
        // A relay is no member of a group: the second waits for the first one's slot.
        let instance = name == "relay" ? [] : ["--set", "\(arguments[0]).instance=\(copy)"]
        return SystemCast.Role(
          name: "\(name) \(copy)",
          arguments: arguments + ["--config", file, "--listen", "127.0.0.1:0"] + instance)
      }
    }
  }

  /// Everything runs again.
  func recover() throws {
    redis.resume()
    postgres.resume()
    broker.resume()
    if !broker.isRunning { try broker.start() }
  }

  func end() {
    providers.stop()
    folder.remove()
  }

  /// The numbers of the orders that were committed.
  func committed() throws -> [Int] {
    let rows = try database.connect().execute("SELECT payload->'parameters'->>'order' FROM outbox.event")
    return rows.column.compactMap { Int($0) }
  }

  func parked() throws -> Set<String> {
    let records = try TopicReader(broker.bootstrapServers, topic: NotificationTopic.parked.name).records()
    return Set(records.compactMap(SystemOracle.parked))
  }
}
