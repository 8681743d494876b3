public import Kafka
public import NotificationModel
public import Postgres

/// What a sweeper is to do.
public struct SweeperSettings: Sendable {
  public var kafka: KafkaSettings
  /// The notification database, as a member of `notification_recorder`.
  public var database: ConnectionSettings
  /// Before every topic's name.
  public var topicPrefix = "notification."
  /// How often it looks; zero is never.
  public var interval: Duration = .seconds(60)
  /// How long nothing may be heard of a delivery that is to be sent.
  public var deadline: Duration = .seconds(1_800)
  /// The same of one that waits to be tried again: longer than the ladder's longest step.
  public var retryDeadline: Duration = .seconds(10_800)
  /// How long workers know what was sent. Nothing is sent again that is within two hours of it.
  public var claimHorizon: Duration = .seconds(48 * 3_600)
  /// How often an event is sent again before a person hears of it.
  public var most = 3
  /// Events a minute.
  public var perMinute = 600
  /// Those that carry deliveries on: what lies unfinished in their topics is late, and is not sent again.
  public var groups = Groups()
  public var stopDeadline: Duration = .seconds(10)

  public init(kafka: KafkaSettings, database: ConnectionSettings) {
    (self.kafka, self.database) = (kafka, database)
  }
}

extension SweeperSettings {
  /// Kafka's consumer groups.
  public struct Groups: Sendable, Equatable {
    public var router = ConsumerGroup.router
    public var redrive = ConsumerGroup.redrive
    /// Those that are not the workers' own names for themselves.
    public var workers: [DeliveryChannel: String] = [:]
    /// Of those that write the log; nil: it is taken to be up to the moment.
    public var recorder: String?

    public init() {}

    subscript(_ lane: Lane) -> String {
      switch lane {
      case .router: router
      case .redrive: redrive
      case .worker(let channel): workers[channel] ?? ConsumerGroup.worker(channel)
      }
    }
  }

  func name(_ topic: NotificationTopic) -> String { topic.name(prefix: topicPrefix) }

  /// Past this age an event is not sent again, in milliseconds.
  var horizonMilliseconds: Int64 { Int64((claimHorizon - .seconds(7_200)) / .milliseconds(1)) }

  /// Events of one round.
  var perRound: Int { max(1, Int(Double(perMinute) * (interval / .seconds(60)))) }
}
