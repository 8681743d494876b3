import Administration
import Arguments
import Configuration
import Kafka
import NotificationModel
import Operations

/// The options of the commands that look after Kafka's topics, and the sections `kafka` and `topics` behind them.
struct TopicOptions {
  static let all: [Option] =
    ConfigurationOptions.file + [
      .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
      .string("partitions", "N", help: "Partitions of each topic (6)."),
      .string("replication", "N", help: "Copies of each record (3, or one on each broker if there are fewer)."),
      .string(
        "max-message-bytes", "SIZE", help: "The largest record (1048588); dlq, retry and parked take 64 KiB more."),
    ]

  private static let configuration = ConfigurationOptions(keys: [
    ("bootstrap-servers", "kafka.bootstrapServers"), ("partitions", "topics.partitions"),
    ("replication", "topics.replication"), ("max-message-bytes", "topics.maxMessageBytes"),
  ])

  let kafka: KafkaSettings
  let section: TopicSection

  static func read(_ arguments: ParsedArguments) throws -> TopicOptions {
    let root = try configuration.reader(arguments)
    let kafka = KafkaSettings(root: root)
    let section = TopicSection(root: root)
    for other in ["relay", "http", "log"] { root.leave(other) }
    try ConfigurationOptions.judged { try root.finish() }
    guard let kafka else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return TopicOptions(kafka: kafka, section: section)
  }
}

/// The section `topics`:
/// - `partitions` (number, 6): of each topic that is made.
/// - `replication` (number; 0 is three, or one on each broker if there are fewer).
/// - `maxMessageBytes` (size, 1048588): the largest record of `notification.events`.
struct TopicSection {
  let partitions: Int
  let replication: Int
  let maxMessageBytes: Int

  init(root: ConfigurationReader) {
    let topics = root.section("topics")
    partitions = topics.int("partitions", in: 1...10_000, default: 6)
    replication = topics.int("replication", in: 0...15, default: 0)
    maxMessageBytes = topics.size("maxMessageBytes", in: 10_000...100_000_000, default: 1_048_588)
  }

  func layout(brokers: @autoclosure () throws -> Int) rethrows -> TopicLayout {
    var layout = TopicLayout(
      partitions: partitions, replication: replication > 0 ? replication : min(3, max(1, try brokers())))
    layout.maxMessageBytes = maxMessageBytes
    return layout
  }
}
