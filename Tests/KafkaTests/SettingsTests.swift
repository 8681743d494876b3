import Kafka
import Runtime
import Testing

@Suite struct SettingsTests {
  @Test("an unknown property is named and stops")
  func unknownProperty() {
    let settings = KafkaSettings(bootstrapServers: "127.0.0.1:1", properties: ["linger.msec": "5"])
    let error = #expect(throws: KafkaError.self) { try Producer(settings) }
    #expect(error?.message.contains("linger.msec") == true)
    #expect(error?.disposition == .stop(error?.description ?? ""))
  }

  @Test("a value that a property cannot have is an error that names the property")
  func badValue() {
    let settings = KafkaSettings(bootstrapServers: "127.0.0.1:1", properties: ["linger.ms": "soon"])
    let error = #expect(throws: KafkaError.self) { try Producer(settings) }
    #expect(error?.message.contains("linger.ms") == true)
    #expect(error?.code == .invalidArg)
  }

  @Test("properties that contradict each other stop, with librdkafka's explanation")
  func contradiction() {
    let settings = KafkaSettings(bootstrapServers: "127.0.0.1:1", properties: ["acks": "1"])
    let error = #expect(throws: KafkaError.self) { try Producer(settings) }
    #expect(error?.message.contains("acks") == true)
    #expect(error?.disposition == .stop(error?.description ?? ""))
  }

  @Test("defaults can be overridden, an idempotent producer switched off")
  func overrides() throws {
    let properties = ["enable.idempotence": "false", "acks": "1", "linger.ms": "0"]
    _ = try Producer(KafkaSettings(bootstrapServers: "127.0.0.1:1", properties: properties))
  }

  @Test(
    "no secret appears in a description",
    arguments: [
      "sasl.password", "ssl.key.password", "ssl.keystore.password", "sasl.oauthbearer.client.secret", "ssl.key.pem",
      "sasl.oauthbearer.config", "sasl.pasword", "sasl.jaas.config",
    ])
  func hidesSecrets(name: String) {
    let settings = KafkaSettings(bootstrapServers: "kafka:9093", properties: [name: "hunter2", "linger.ms": "5"])
    #expect(settings.description == settings.description.replacing("hunter2", with: ""))
    #expect(settings.description.contains("\(name)=***"))
    #expect(settings.description.contains("linger.ms=5"))
    #expect(settings.description.contains("bootstrap.servers=kafka:9093"))
  }

  @Test("no secret appears in an error about it")
  func hidesSecretsInErrors() {
    let settings = KafkaSettings(
      bootstrapServers: "127.0.0.1:1", properties: ["security.protocol": "ssl", "ssl.key.pem": "hunter2"])
    let error = #expect(throws: KafkaError.self) { try Producer(settings) }
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test("the user and the mechanism of a log-in are shown")
  func showsUser() {
    let settings = KafkaSettings(
      bootstrapServers: "b", properties: ["sasl.username": "relay", "sasl.mechanism": "SCRAM-SHA-512"])
    #expect(settings.description == "bootstrap.servers=b sasl.mechanism=SCRAM-SHA-512 sasl.username=relay")
  }

  @Test("SASL over TLS can be configured")
  func saslOverTLS() throws {
    let properties = [
      "security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "relay",
      "sasl.password": "hunter2",
    ]
    _ = try Producer(KafkaSettings(bootstrapServers: "127.0.0.1:1", properties: properties))
  }

  @Test("a topic property that is unknown is named")
  func topicProperty() throws {
    let producer = try Producer(KafkaSettings(bootstrapServers: "127.0.0.1:1"))
    let error = #expect(throws: KafkaError.self) { try producer.topic("events", properties: ["partitoner": "random"]) }
    #expect(error?.message.contains("partitoner") == true)
    #expect(throws: KafkaError.self) { try producer.topic(String(repeating: "x", count: 600)) }
  }
}
