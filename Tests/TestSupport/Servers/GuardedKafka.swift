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

  private static let brokerSettings = [
    "listeners=SASL_PLAINTEXT://127.0.0.1:PORT,CONTROLLER://127.0.0.1:CONTROLLER_PORT",
    "advertised.listeners=SASL_PLAINTEXT://127.0.0.1:PORT", "inter.broker.listener.name=SASL_PLAINTEXT",
    "sasl.enabled.mechanisms=PLAIN", "sasl.mechanism.inter.broker.protocol=PLAIN",
    "listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule"
      + #" required username="admin" password="right" user_admin="right" user_guest="right";"#,
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users=User:admin;User:ANONYMOUS", "auto.create.topics.enable=true",
  ]
}
