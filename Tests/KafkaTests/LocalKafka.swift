import Foundation
import Glibc
import Kafka
import Synchronization
import Testing

/// A real Kafka, from KAFKA_HOME, ended with the process.
final class LocalKafka: Sendable {
  let settings: KafkaSettings
  private let directory: String

  static let home = ProcessInfo.processInfo.environment["KAFKA_HOME"]
  static var isAvailable: Bool {
    home != nil || ProcessInfo.processInfo.environment["BONGSU_REQUIRE"]?.contains("kafka") == true
  }

  private static let plain: Result<LocalKafka, any Error> = Result { try LocalKafka() }
  private static let secure: Result<LocalKafka, any Error> = Result { try LocalKafka(secureSettings) }
  private static let running = Mutex<[LocalKafka]>([])

  /// Without any security.
  static func shared() throws -> LocalKafka { try plain.get() }

  /// Asks for a log-in by SASL PLAIN; `admin` may do everything, `guest` nothing. Makes topics
  /// that are asked for.
  static func guarded() throws -> LocalKafka { try secure.get() }

  /// - Parameter settings: the broker's, with PORT and SECOND for the ports.
  private init(_ settings: [String] = []) throws {
    let home = try #require(Self.home, "KAFKA_HOME is not set")
    directory = NSTemporaryDirectory() + "bongsu-kafka-\(UUID().uuidString)"
    let ports = try [ClosedPort(), ClosedPort()].map { "\($0.number)" }
    let sets = settings.flatMap {
      ["--set", $0.replacing("PORT", with: ports[0]).replacing("SECOND", with: ports[1])]
    }
    try Self.run(home + "/bin/start", ["--dir", directory, "--port", ports[0], "--controller-port", ports[1]] + sets)
    self.settings = KafkaSettings(bootstrapServers: "127.0.0.1:\(ports[0])")
    // A process ends without destroying its globals.
    let isFirst = Self.running.withLock { list in
      list.append(self)
      return list.count == 1
    }
    if isFirst { atexit { for kafka in LocalKafka.running.withLock({ $0 }) { kafka.stop() } } }
  }

  private static let secureSettings = [
    "listeners=SASL_PLAINTEXT://127.0.0.1:PORT,CONTROLLER://127.0.0.1:SECOND",
    "advertised.listeners=SASL_PLAINTEXT://127.0.0.1:PORT", "inter.broker.listener.name=SASL_PLAINTEXT",
    "sasl.enabled.mechanisms=PLAIN", "sasl.mechanism.inter.broker.protocol=PLAIN",
    "listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule"
      + #" required username="admin" password="right" user_admin="right" user_guest="right";"#,
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users=User:admin;User:ANONYMOUS", "auto.create.topics.enable=true",
  ]

  static func makeTopic(_ name: String, partitions: Int = 1, configuration: [String: String] = [:]) throws {
    let admin = try Admin(shared().settings)
    let topic = NewTopic(name, partitions: partitions, configuration: configuration)
    try #require(try admin.createTopics([topic]).first?.error == nil)
    try untilTrue {
      try admin.describeTopics([name], timeoutMilliseconds: 10_000).first?.partitions.count == partitions
    }
  }

  private func stop() {
    try? Self.run(Self.home! + "/bin/stop", ["--dir", directory, "--kill"])
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Foundation's Process would wait for the server too, which inherits its descriptors.
  private static func run(_ path: String, _ arguments: [String]) throws {
    var process: pid_t = 0
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    try #require(posix_spawn(&process, path, nil, nil, &words, environ) == 0)
    var status: Int32 = 0
    try #require(waitpid(process, &status, 0) == process)
    try #require(status == 0, "\(path) failed")
  }
}

func uniqueName(_ prefix: String) -> String { "\(prefix)-\(UUID().uuidString.prefix(8).lowercased())" }
