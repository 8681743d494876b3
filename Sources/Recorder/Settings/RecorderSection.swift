public import Configuration
import Kafka
import NotificationModel
import Operations
import Postgres

extension RecorderSettings {
  /// Reads the sections `recorder`, `kafka` and `notification`. `recorder` holds
  /// - `group` (text, bongsu-recorder): Kafka's consumer group.
  /// - `instance` (text): names this recorder within the group, so that it has its partitions again at once after a
  ///   restart. Two with one name push each other out.
  /// - `topicPrefix` (text, `notification.`): of all topics.
  /// - `batch.records` (number, 5000), `.bytes` (size, 8MB), `.linger` (time, 200ms; at most 5s).
  /// - `maintenance.interval` (time, 1h; 0 is never), `.keepHot` (days, 90) and `.keepArchive` (days, 365).
  /// - `stopDeadline` (time, 10s).
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader) {
    let kafka = KafkaSettings(root: root)
    let database = ConnectionSettings(notification: root)
    let read = Read(root.section("recorder"))
    guard let kafka, let database else { return nil }
    self.init(kafka: kafka, database: database)
    read.apply(to: &self)
  }

  /// Reads the recorder's own section for what is wrong in it alone, on a machine that may have no recorder.
  public static func check(root: ConfigurationReader) { _ = Read(root.section("recorder")) }

  private struct Read {
    let group, prefix: String
    let instance: String?
    let batch: Batch
    let maintenance: Maintenance
    let stopDeadline: Duration

    init(_ recorder: ConfigurationReader) {
      group = recorder.string("group", default: ConsumerGroup.recorder)
      instance = recorder.string("instance")
      prefix = recorder.string("topicPrefix", default: "notification.")
      let section = recorder.section("batch")
      var batch = Batch()
      batch.records = section.int("records", in: 1...50_000, default: batch.records)
      batch.bytes = section.size("bytes", in: (64 << 10)...(256 << 20), default: batch.bytes)
      batch.linger = section.duration("linger", in: .zero...(.seconds(5)), default: batch.linger)
      self.batch = batch
      maintenance = Self.maintenance(recorder.section("maintenance"))
      stopDeadline = recorder.duration("stopDeadline", in: .seconds(1)...(.seconds(300)), default: .seconds(10))
    }

    private static func maintenance(_ section: ConfigurationReader) -> Maintenance {
      var maintenance = Maintenance()
      maintenance.interval = section.duration(
        "interval", in: .zero...(.seconds(86_400)), default: maintenance.interval)
      maintenance.keepHot = section.int("keepHot", in: 8...3_650, default: maintenance.keepHot)
      maintenance.keepArchive = section.int("keepArchive", in: 8...36_500, default: maintenance.keepArchive)
      if maintenance.keepArchive < maintenance.keepHot {
        section.report(
          .badValue, "keepArchive", "is below keepHot: both count days from the event's own")
      }
      return maintenance
    }

    func apply(to settings: inout RecorderSettings) {
      settings.group = group
      settings.instance = instance
      settings.topicPrefix = prefix
      settings.batch = batch
      settings.maintenance = maintenance
      settings.stopDeadline = stopDeadline
    }
  }
}
