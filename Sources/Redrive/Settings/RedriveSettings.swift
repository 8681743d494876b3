public import Kafka
public import NotificationModel
public import Policy
public import Postgres
public import Redis

/// What redrive is to do.
public struct RedriveSettings: Sendable {
  public var kafka: KafkaSettings
  /// The notification database, as a member of `notification_router`.
  public var database: ConnectionSettings
  public var redis: RedisSettings
  /// The router's, so that both judge alike.
  public var policy: PolicySettings
  /// Members of one group share the partitions of `notification.dlq` and the retry topics.
  public var group = ConsumerGroup.redrive
  /// Names this member within the group, so that it has its partitions again at once after a restart.
  public var instance: String?
  /// Before every topic's name.
  public var topicPrefix = "notification."
  /// Before all keys in Redis.
  public var redisPrefix = "bongsu:"
  public var ladders = RetryLadders()
  /// How long each retry topic waits.
  public var waits = TierWaits()
  /// By how much releases from one partition of a retry topic are spread, in milliseconds: never earlier than they are
  /// due, and at most a twentieth of the topic's wait later.
  public var jitter: Int64 = 5_000
  /// How long the workers' claims know what became of a delivery; past it, less an hour, it is parked as STALE.
  public var claimHorizon: Duration = .seconds(48 * 3_600)
  public var batch = Batch()
  /// How many users a process keeps.
  public var localUsers = 10_000
  /// How long a stop may take to finish what is in flight.
  public var stopDeadline: Duration = .seconds(10)

  public init(kafka: KafkaSettings, database: ConnectionSettings, redis: RedisSettings, policy: PolicySettings) {
    (self.kafka, self.database, self.redis, self.policy) = (kafka, database, redis, policy)
  }

  /// What is judged and produced at once.
  public struct Batch: Sendable, Equatable {
    public var records = 500
    public var bytes = 1 << 20
    /// Batches whose records Kafka has not acknowledged yet.
    public var inFlight = 4

    public init() {}
  }

  func name(_ topic: NotificationTopic) -> String { topic.name(prefix: topicPrefix) }

  var reader: GroupReader.Settings {
    let topics = [NotificationTopic.deadLetters] + RetryTier.allCases.map(\.topic)
    return GroupReader.Settings(kafka, group: group, topics: topics.map(name), instance: instance)
  }
}

/// The ladders of the channels, and that of events that could not be routed.
public struct RetryLadders: Sendable, Equatable {
  public var standard = RetryLadder()
  public var own: [DeliveryChannel: RetryLadder] = [:]
  public var events: RetryLadder?
  /// Of all of them, by error class.
  public var floors = RetryFloors()

  public init() {}

  /// - Parameter channel: nil for events.
  subscript(_ channel: DeliveryChannel?) -> RetryLadder { (channel.map { own[$0] } ?? events) ?? standard }
}
