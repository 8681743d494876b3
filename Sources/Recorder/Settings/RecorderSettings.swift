public import Kafka
import NotificationModel
public import Postgres

/// What a recorder is to do.
public struct RecorderSettings: Sendable {
  public var kafka: KafkaSettings
  /// The notification database, as a member of `notification_recorder`.
  public var database: ConnectionSettings
  /// Recorders of one group share the topics' partitions.
  public var group = ConsumerGroup.recorder
  /// Names this recorder within the group, so that it has its partitions again at once after a restart.
  public var instance: String?
  /// Before every topic's name.
  public var topicPrefix = "notification."
  public var batch = Batch()
  public var maintenance = Maintenance()
  /// How long a stop may take to finish what is in flight.
  public var stopDeadline: Duration = .seconds(10)

  public init(kafka: KafkaSettings, database: ConnectionSettings) {
    (self.kafka, self.database) = (kafka, database)
  }

  /// What is written at once: what is there when the first of it has waited for `linger`, or `records` are there.
  public struct Batch: Sendable, Equatable {
    public var records = 5_000
    public var bytes = 8 << 20
    /// Statuses of one delivery come soon after each other, and merged they are one row.
    public var linger: Duration = .milliseconds(200)

    public init() {}
  }

  /// How the log's days are made, archived and dropped.
  public struct Maintenance: Sendable, Equatable {
    /// Zero leaves it to others.
    public var interval: Duration = .seconds(3_600)
    /// Days, counted from the event's own.
    public var keepHot = 90
    public var keepArchive = 365

    public init() {}
  }
}

extension RecorderSettings {
  func name(_ topic: NotificationTopic) -> String { topic.name(prefix: topicPrefix) }

  var reader: GroupReader.Settings {
    var kafka = kafka
    // Some batches' worth waits in memory.
    let own = ["queued.min.messages": "20000", "queued.max.messages.kbytes": "32768"]
    kafka.properties.merge(own) { given, _ in given }
    return GroupReader.Settings(kafka, group: group, topics: [name(.status), name(.parked)], instance: instance)
  }
}

extension RecorderSettings.Batch {
  var bounds: GroupReader.Bounds {
    var bounds = GroupReader.Bounds()
    (bounds.records, bounds.bytes, bounds.linger, bounds.enough) = (records, bytes, linger, records)
    return bounds
  }
}
