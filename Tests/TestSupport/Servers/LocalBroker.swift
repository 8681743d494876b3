import Foundation
public import Kafka
public import LocalServers

/// Which broker a run's suites speak to: BONGSU_BROKER, `embedded` where nothing is said, or `kafka`. `scripts/test`
/// runs them with the one and, where KAFKA_HOME names a Kafka, with the other as well.
public enum BrokerChoice: String, Sendable {
  case embedded, kafka

  public static let current: BrokerChoice = {
    let name = ProcessInfo.processInfo.environment["BONGSU_BROKER"] ?? "embedded"
    guard let choice = BrokerChoice(rawValue: name) else { fatalError("BONGSU_BROKER is embedded or kafka") }
    return choice
  }()

  /// A new one of the kind, on a free port.
  public func start() throws -> any LocalBroker {
    switch self {
    // Like the PostgreSQL beside it, it spares the disk; what it promises of the disk has tests of its own.
    case .embedded: try EmbeddedBrokerServer(flags: ["--fsync", "os"])
    case .kafka: try KafkaServer()
    }
  }
}

/// A broker on this machine that can be stopped, killed, paused and started again on its data.
public protocol LocalBroker: AnyObject, Sendable {
  var port: UInt16 { get }
  /// Where clients begin.
  var bootstrapServers: String { get }
  var isRunning: Bool { get }
  func start() throws(LocalServerError)
  func stop(kill: Bool) throws(LocalServerError)
  func pause()
  func resume()
}

extension KafkaServer: LocalBroker {}

extension LocalBroker {
  public var bootstrapServers: String { "127.0.0.1:\(port)" }
  public var kafkaSettings: KafkaSettings { KafkaSettings(bootstrapServers: bootstrapServers) }

  public func stop() throws(LocalServerError) { try stop(kill: false) }

  /// Makes a topic and waits until the broker serves it.
  public func makeTopic(_ name: String, partitions: Int = 1, configuration: [String: String] = [:]) throws {
    let admin = try Admin(kafkaSettings)
    let topic = NewTopic(name, partitions: partitions, configuration: configuration)
    if let error = try admin.createTopics([topic]).first?.error { throw error }
    try eventually("the topic has its partitions") {
      try admin.describeTopics([name], timeoutMilliseconds: 10_000).first?.partitions.count == partitions
    }
  }

  /// Removes all that a topic holds at present, as retention does.
  public func deleteRecords(of topic: String, partitions: Int32 = 3) throws {
    let ends = (0..<partitions).map { (TopicPartition(topic, $0), Int64(-1)) }
    try Admin(kafkaSettings).deleteRecords(before: Dictionary(uniqueKeysWithValues: ends))
  }
}
