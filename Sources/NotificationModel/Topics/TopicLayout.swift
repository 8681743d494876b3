/// What depends on the cluster and is the same for all topics.
public struct TopicLayout: Sendable, Equatable {
  public var partitions: Int
  public var replication: Int
  /// The largest record of every topic that takes no failures, in bytes as Kafka counts them.
  public var maxMessageBytes = Self.defaultMaxMessageBytes

  /// Kafka's own default: a payload of 900,000 bytes fits with its key and headers.
  public static let defaultMaxMessageBytes = 1_048_588
  /// What the topics for failures take beyond the others.
  public static let failureHeaderBytes = 65_536

  public init(partitions: Int, replication: Int) {
    self.partitions = partitions
    self.replication = replication
  }

  /// How many copies must have a record before it is acknowledged: one may be away where there are three or more.
  public var minInSyncReplicas: Int { min(2, max(1, replication - 1)) }

  /// The topic's settings that `bongsu topics` owns, by Kafka's names; all others are the operator's.
  public func configuration(of topic: NotificationTopic) -> [String: String] {
    [
      "cleanup.policy": "delete",
      "retention.ms": topic.retentionDays.map { "\($0 * 86_400_000)" } ?? "-1",
      "max.message.bytes": "\(maxMessageBytes + (topic.takesFailures ? Self.failureHeaderBytes : 0))",
      "message.timestamp.type": topic.usesAppendTime ? "LogAppendTime" : "CreateTime",
      "min.insync.replicas": "\(minInSyncReplicas)",
      "unclean.leader.election.enable": "false",
    ]
  }
}
