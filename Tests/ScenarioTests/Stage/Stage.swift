import Kafka
import LocalServers
import Postgres
import TestSupport
import Testing

/// The relay's scenarios, one after another: a server that one of them stops is missed by nobody else.
@Suite(.serialized, .requires(.postgres, .broker), .timeLimit(.minutes(15))) enum Scenarios {}

/// The servers of a scenario, and a way to each on which the network can fail.
final class Stage: Sendable {
  let postgres: PostgresServer
  let kafka: any LocalBroker
  let wayToPostgres: FaultProxy
  let wayToKafka: FaultProxy
  /// Where a real Kafka asks for a log-in (SASL PLAIN, `guest`, password `right`), and grants nothing by itself.
  let guardedPort: UInt16
  /// Where a real Kafka speaks TLS, and lets everybody in; its certificate is its own authority.
  let encryptedPort: UInt16
  let certificate: TestCertificate
  private let keys: TemporaryDirectory

  private static let made = Result { try Stage() }

  /// Where scenarios play unless they need a server with settings of its own.
  static var shared: Stage { get throws { try made.get() } }

  /// One with a PostgreSQL of its own; Kafka is the shared one.
  init(postgres settings: [String: String]) throws {
    let shared = try Stage.shared
    postgres = try PostgresServer(settings: settings)
    wayToPostgres = try FaultProxy(to: postgres.port)
    (kafka, wayToKafka, guardedPort) = (shared.kafka, shared.wayToKafka, shared.guardedPort)
    (encryptedPort, certificate, keys) = (shared.encryptedPort, shared.certificate, shared.keys)
  }

  private init() throws {
    postgres = try PostgresServer()
    wayToPostgres = try FaultProxy(to: postgres.port)
    (guardedPort, encryptedPort) = (try FreePort.find(), try FreePort.find())
    (certificate, keys) = (try TestCertificate(), try TemporaryDirectory(prefix: "bongsu-stage"))
    switch BrokerChoice.current {
    case .embedded: (kafka, wayToKafka) = try Self.embedded()
    case .kafka:
      let pair = try certificate.write(keyAndCertificateTo: keys.file("broker.pem"))
      let encryption = TestCertificate.brokerSettings(keys: pair, trusted: certificate.file)
      (kafka, wayToKafka) = try Self.kafka(guarded: guardedPort, encrypted: encryptedPort, encryption)
    }
  }

  /// It tells every client the same address, the proxy's; whoever reads the topics comes by it too.
  private static func embedded() throws -> (any LocalBroker, FaultProxy) {
    let port = try FreePort.find()
    let way = try FaultProxy(to: port)
    return (try EmbeddedBrokerServer(port: port, advertised: way.port, flags: ["--fsync", "os"]), way)
  }

  private static func kafka(
    guarded: UInt16, encrypted: UInt16, _ encryption: [String]
  ) throws -> (any LocalBroker, FaultProxy) {
    let behind = try FreePort.find()
    let way = try FaultProxy(to: behind)
    let settings = kafkaSettings(behind, advertised: way.port, guarded: guarded, encrypted: encrypted)
    return (try KafkaServer(settings: settings + encryption), way)
  }

  /// A broker tells its clients where to connect, so what comes by the proxy has to be told the proxy. Who comes
  /// without a log-in may do everything.
  private static func kafkaSettings(
    _ behind: UInt16, advertised: UInt16, guarded: UInt16, encrypted: UInt16
  ) -> [String] {
    let open = "PLAINTEXT://127.0.0.1:PORT"
    let login = "GUARDED://127.0.0.1:\(guarded),ENCRYPTED://127.0.0.1:\(encrypted)"
    return [
      "listeners=\(open),PROXIED://127.0.0.1:\(behind),\(login),CONTROLLER://127.0.0.1:CONTROLLER_PORT",
      "advertised.listeners=\(open),PROXIED://127.0.0.1:\(advertised),\(login)",
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT,"
        + "GUARDED:SASL_PLAINTEXT,ENCRYPTED:SSL",
      "sasl.enabled.mechanisms=PLAIN",
      "listener.name.guarded.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        + #"user_guest="right";"#,
      "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users=User:ANONYMOUS",
    ]
  }

  /// Lets a user do one thing with a topic.
  func grant(_ operation: String, to user: String, topic: String) throws {
    try KafkaRights.grant([operation], to: user, topic: topic, at: kafka.bootstrapServers)
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
    if !kafka.isRunning { try? kafka.start() }
  }
}
