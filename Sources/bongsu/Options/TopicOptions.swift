import Administration
import Arguments
import Configuration
import Kafka
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
      WayOptions.option,
    ]

  private static let configuration = ConfigurationOptions(keys: [
    ("bootstrap-servers", "kafka.bootstrapServers"), ("partitions", "topics.partitions"),
    ("replication", "topics.replication"), ("max-message-bytes", "topics.maxMessageBytes"),
    WayOptions.key,
  ])

  let kafka: KafkaSettings
  let section: TopicSection
  /// What the topics' names begin with.
  let prefix: String

  static func read(_ arguments: ParsedArguments) throws -> TopicOptions {
    let root = try configuration.reader(arguments)
    let kafka = KafkaSettings(root: root)
    let section = TopicSection(root: root)
    let prefix = WayOptions.read(root).prefix
    try ConfigurationOptions.finish(root, reading: ["kafka", "topics"])
    guard let kafka else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return TopicOptions(kafka: kafka, section: section, prefix: prefix)
  }
}
