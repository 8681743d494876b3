public import Kafka
public import NotificationModel
public import Redis

/// What a worker is to do.
public struct WorkerSettings: Sendable {
  public var kafka: KafkaSettings
  public var redis: RedisSettings
  /// One process serves one channel, so that a provider that stands still stops no other.
  public var channel: DeliveryChannel
  /// Workers of one group share the topic's partitions.
  public var group: String
  /// Names this worker within the group, so that it has its partitions again at once after a restart.
  public var instance: String?
  /// Before every topic's name.
  public var topicPrefix = "notification."
  /// Before all keys in Redis.
  public var redisPrefix = "bongsu:"
  /// Requests at the provider at once.
  public var inFlight = 1_000
  /// Deliveries that were read and are not finished; at the cap reading pauses.
  public var unfinished = 5_000
  /// Requests a second to the provider; nil: as fast as it goes.
  public var rate: Double?
  /// How long another worker waits for one that has died.
  public var lease: Duration = .seconds(30)
  /// How long it is known what became of a delivery; longer than it is tried.
  public var claimHorizon: Duration = .seconds(48 * 3_600)
  /// What happens while Redis cannot be asked.
  public var withoutRedis: WithoutRedis
  /// How long a stop may take to finish what is in flight.
  public var stopDeadline: Duration = .seconds(10)

  public enum WithoutRedis: String, Sendable, CaseIterable {
    /// Nothing is sent: for what costs money or means something when it comes twice.
    case hold
    /// It is sent without a claim; where another worker sends the same, it comes twice.
    case send
  }

  public init(kafka: KafkaSettings, redis: RedisSettings, channel: DeliveryChannel) {
    (self.kafka, self.redis, self.channel) = (kafka, redis, channel)
    group = ConsumerGroup.worker(channel)
    withoutRedis = channel == .sms ? .hold : .send
  }

  func name(_ topic: NotificationTopic) -> String { topic.name(prefix: topicPrefix) }
}
