import Foundation
import Glibc
import Kafka
import Testing

/// One real Kafka for all tests of the run, from KAFKA_HOME, ended with the process.
final class LocalKafka: Sendable {
  let settings: KafkaSettings
  private let directory: String
  private let home: String

  static let home = ProcessInfo.processInfo.environment["KAFKA_HOME"]
  static var isAvailable: Bool {
    home != nil || ProcessInfo.processInfo.environment["BONGSU_REQUIRE"]?.contains("kafka") == true
  }

  private static let started = Result { try LocalKafka(home: #require(home, "KAFKA_HOME is not set")) }
  static func shared() throws -> LocalKafka { try started.get() }

  private init(home: String) throws {
    self.home = home
    directory = NSTemporaryDirectory() + "bongsu-kafka-\(UUID().uuidString)"
    let ports = try [ClosedPort(), ClosedPort()].map(\.number)
    let (port, controller) = (ports[0], ports[1])
    try Self.run(home + "/bin/start", ["--dir", directory, "--port", "\(port)", "--controller-port", "\(controller)"])
    settings = KafkaSettings(bootstrapServers: "127.0.0.1:\(port)")
    // The process ends without destroying globals' objects.
    atexit { (try? LocalKafka.shared())?.stop() }
  }

  static func makeTopic(_ name: String, partitions: Int = 1, configuration: [String: String] = [:]) throws {
    let admin = try Admin(shared().settings)
    let topic = NewTopic(name, partitions: partitions, configuration: configuration)
    try #require(try admin.createTopics([topic]).first?.error == nil)
    try untilTrue {
      try admin.describeTopics([name], timeoutMilliseconds: 10_000).first?.partitions.count == partitions
    }
  }

  private func stop() {
    try? Self.run(home + "/bin/stop", ["--dir", directory, "--kill"])
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
