import Foundation
public import Kafka
public import LocalServers

/// A Kafka that asks for a log-in by SASL PLAIN and checks rights: `admin` may do everything, `guest` what it was
/// granted, at first nothing. It makes topics that are asked for.
public struct GuardedKafka: Sendable {
  public let server: KafkaServer

  public init() throws { server = try KafkaServer(settings: Self.brokerSettings) }

  public func settings(user: String, password: String = "right") -> KafkaSettings {
    KafkaSettings(
      bootstrapServers: server.bootstrapServers,
      properties: [
        "security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.username": user,
        "sasl.password": password,
      ])
  }

  /// Lets a user do these things with a topic.
  public func grant(_ operations: [String], to user: String, topic: String) throws {
    let directory = try TemporaryDirectory(prefix: "bongsu-grant")
    let lines = [
      "security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN",
      "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        + #"username="admin" password="right";"#,
    ]
    try lines.joined(separator: "\n").write(toFile: directory.file("admin"), atomically: true, encoding: .utf8)
    try KafkaRights.grant(
      operations, to: user, topic: topic, at: server.bootstrapServers, ["--command-config", directory.file("admin")])
  }

  private static let brokerSettings = [
    "listeners=SASL_PLAINTEXT://127.0.0.1:PORT,CONTROLLER://127.0.0.1:CONTROLLER_PORT",
    "advertised.listeners=SASL_PLAINTEXT://127.0.0.1:PORT", "inter.broker.listener.name=SASL_PLAINTEXT",
    "sasl.enabled.mechanisms=PLAIN", "sasl.mechanism.inter.broker.protocol=PLAIN",
    "listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule"
      + #" required username="admin" password="right" user_admin="right" user_guest="right" user_clerk="right";"#,
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users=User:admin;User:ANONYMOUS", "auto.create.topics.enable=true",
  ]
}

/// Kafka's own tool for rights.
public enum KafkaRights {
  /// - Parameter further: arguments of the tool, as for a log-in.
  public static func grant(
    _ operations: [String], to user: String, topic: String, at bootstrapServers: String, _ further: [String] = []
  ) throws {
    let arguments = [
      "org.apache.kafka.tools.AclCommand", "--bootstrap-server", bootstrapServers, "--add", "--allow-principal",
      "User:\(user)", "--topic", topic,
    ]
    try ChildProcess.run(
      ChildCommand(
        "\(KafkaServer.home ?? "")/bin/kafka-run",
        arguments + operations.flatMap { ["--operation", $0] } + further))
  }
}
