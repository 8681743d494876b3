import Kafka

/// What a doctor asks Kafka.
struct KafkaFacts: Equatable {
  struct Topic: Equatable {
    var name: String
    var error: KafkaErrorCode?
    var partitions = 0
    var withoutLeader = 0
    /// The fewest that a partition has.
    var replicas = 0
    var inSyncReplicas = 0
    /// nil when this user may not see them.
    var settings: [String: String]?
    /// nil when they could not be asked for.
    var rights: Rights?
  }

  /// What a relay and its repair do with a topic.
  struct Rights: Equatable {
    var write = Answer.unanswered
    var read = Answer.unanswered
  }

  enum Answer: Equatable {
    case allowed
    case refused(KafkaErrorCode)
    case unanswered
  }

  var brokers: Int
  var library: String
  var topics: [Topic]
  /// What became of asking for a producer's id, which needs a right to write.
  var writing: Answer
  /// Whom the broker's rights are about, where the log-in names it.
  var user: String?
}
