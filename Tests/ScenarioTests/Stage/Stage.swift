import Kafka
import LocalServers
import Postgres
import TestSupport
import Testing

/// All scenarios, one after another: a server that one of them stops is missed by nobody else.
@Suite(.serialized, .requires(.postgres, .kafka)) enum Scenarios {}

/// The servers of a scenario, and a way to each on which the network can fail.
final class Stage: Sendable {
  let postgres: PostgresServer
  let kafka: KafkaServer
  let wayToPostgres: FaultProxy
  let wayToKafka: FaultProxy

  private static let made = Result { try Stage() }

  /// Where scenarios play unless they need a server with settings of its own.
  static var shared: Stage { get throws { try made.get() } }

  /// One with a PostgreSQL of its own; Kafka is the shared one.
  init(postgres settings: [String: String]) throws {
    let shared = try Stage.shared
    postgres = try PostgresServer(settings: settings)
    wayToPostgres = try FaultProxy(to: postgres.port)
    (kafka, wayToKafka) = (shared.kafka, shared.wayToKafka)
  }

  private init() throws {
    postgres = try PostgresServer()
    wayToPostgres = try FaultProxy(to: postgres.port)
    (kafka, wayToKafka) = try Self.proxiedKafka()
  }

  /// A broker tells its clients where to connect, so what comes by the proxy has to be told the proxy.
  private static func proxiedKafka() throws -> (KafkaServer, FaultProxy) {
    let behind = try FreePort.find()
    let proxy = try FaultProxy(to: behind)
    let server = try KafkaServer(settings: [
      "listeners=PLAINTEXT://127.0.0.1:PORT,PROXIED://127.0.0.1:\(behind),CONTROLLER://127.0.0.1:CONTROLLER_PORT",
      "advertised.listeners=PLAINTEXT://127.0.0.1:PORT,PROXIED://127.0.0.1:\(proxy.port)",
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
    ])
    return (server, proxy)
  }

  /// Puts everything right again, whatever a scenario that failed has left behind.
  func recover() {
    for way in [wayToPostgres, wayToKafka] {
      way.resume()
      way.refuse(false)
    }
    postgres.resume()
    if (try? PostgresConnection(postgres.connectionSettings())) == nil { try? postgres.start() }
    kafka.resume()
    // Refuses where it runs.
    if !kafka.isRunning { try? kafka.start() }
  }
}
