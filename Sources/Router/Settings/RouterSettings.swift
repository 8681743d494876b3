public import Kafka
import NotificationModel
public import Policy
public import Postgres
public import Redis

/// What a router is to do.
public struct RouterSettings: Sendable {
  public var kafka: KafkaSettings
  /// The notification database, as a member of `notification_router`.
  public var database: ConnectionSettings
  public var redis: RedisSettings
  public var policy = PolicySettings()
  /// Routers of one group share the topic's partitions.
  public var group = ConsumerGroup.router
  /// Names this router within the group, so that it has its partitions again at once after a restart, kill -9 among
  /// them; nil: the others wait for its session to end.
  public var instance: String?
  public var topics = Topics()
  /// Threads that share what is routed at once, each with connections of its own. Small batches are one thread's.
  public var lanes = 2
  public var batch = Batch()
  public var release = Release()
  /// Larger events are dead letters unread, in bytes.
  public var maxEventBytes = 1_048_588
  /// Before all keys in Redis: notification databases that share a Redis need one each.
  public var redisPrefix = "bongsu:"
  /// How many users a process keeps.
  public var localUsers = 50_000
  /// How long a decision of the rate limiter is kept, as long as an event may be routed again.
  public var claimHorizon: Duration = .seconds(48 * 3_600)
  /// How long a stop may take to finish what is in flight.
  public var stopDeadline: Duration = .seconds(10)

  public init(kafka: KafkaSettings, database: ConnectionSettings, redis: RedisSettings) {
    self.kafka = kafka
    self.database = database
    self.redis = redis
  }

  /// Where records come from and go to. The channels' topics are fixed by `NotificationModel`.
  public struct Topics: Sendable, Equatable {
    /// Before every name, such as `notification.`; tests have their own.
    public var prefix = "notification."

    public init() {}
  }

  /// What is routed at once: what is there when ten are, or after a rest of at most `linger`.
  public struct Batch: Sendable, Equatable {
    public var events = 1_000
    public var bytes = 1 << 20
    /// A batch costs as much for one event as for several, so that few events a second would cost the most of all.
    public var linger: Duration = .milliseconds(60)
    /// Batches whose records Kafka has not acknowledged yet.
    public var inFlight = 4

    public init() {}
  }

  /// How deferred deliveries come back.
  public struct Release: Sendable, Equatable {
    /// Of all routers together; 0 is never.
    public var perSecond = 1_000

    public init() {}
  }
}

extension RouterSettings {
  var reader: GroupReader.Settings {
    GroupReader.Settings(kafka, group: group, topics: [topics.name(.events)], instance: instance)
  }
}

extension RouterSettings.Batch {
  var bounds: GroupReader.Bounds {
    var bounds = GroupReader.Bounds()
    (bounds.records, bounds.bytes, bounds.linger, bounds.enough) = (events, bytes, linger, 10)
    return bounds
  }
}
