public import Kafka
public import NotificationModel
public import Operations
import Postgres
public import Runtime

/// Makes the log again from what its topics still hold, beside recorders that run: both write the same rows in the same
/// way, so that whichever is later changes nothing.
public struct LogRebuild {
  private let settings: RecorderSettings
  private let from: UnixTime?
  private let stop: StopRequest

  /// - Parameter from: records before it are passed over; nil begins with the oldest.
  public init(_ settings: RecorderSettings, from: UnixTime?, stop: StopRequest) {
    (self.settings, self.from, self.stop) = (settings, from, stop)
  }

  /// How far it is.
  public struct Progress: Sendable, Equatable {
    public var read = 0
    /// Offsets that there are, which may be more than records.
    public var total: Int64 = 0
    public var rows = 0
    public var deadLetters = 0
    /// Records that are no status; they are parked already, or will be by a recorder.
    public var refused = 0
  }

  /// What came of it.
  public struct Report: Sendable {
    public var progress = Progress()
    /// Of each partition of `notification.status` that does not begin with its first record any more: the time of the
    /// oldest one, in milliseconds since 1970.
    public var beginnings: [TopicPartition: Int64] = [:]

    /// From when on the log holds all that was told, in milliseconds since 1970; nil: from the first status on.
    public var completeFrom: Int64? { beginnings.values.max() }
  }

  private static let silenceNanoseconds: Int64 = 60_000_000_000

  /// - Parameter tell: hears of progress after each batch.
  /// - Throws: a server is away for a minute, or a stop was asked for; it can be begun again at any time.
  public func run(_ tell: (Progress) -> Void) throws(RoleError) -> Report {
    var report = Report()
    let end: Result<Void, RoleError>
    do throws(KafkaError) {
      var kafka = settings.kafka
      kafka.properties["enable.partition.eof"] = "true"
      let consumer = try Consumer(kafka)
      defer { consumer.close() }
      let parts = try RebuildPart.find(settings, consumer, from: from)
      report.progress.total = parts.values.reduce(0) { $0 + $1.end - $1.start }
      let open = parts.filter { $0.value.start < $0.value.end }
      try consumer.assign(open.mapValues { .at($0.start) })
      for (place, part) in parts where part.isCut && part.start == part.end {
        note(&report, place, SystemTime.unixMicroseconds() / 1_000)
      }
      end = try read(consumer, open, &report, tell)
    } catch {
      throw RoleError("reading the topics", cause: error)
    }
    try end.get()
    return report
  }

  /// What a record's reading comes to, or PostgreSQL's side.
  private func read(
    _ consumer: Consumer, _ parts: [TopicPartition: RebuildPart], _ report: inout Report, _ tell: (Progress) -> Void
  ) throws(KafkaError) -> Result<Void, RoleError> {
    let writer = LogWriter(settings.database, parkedTopic: settings.name(.parked), believesDead: false)
    var open = Set(parts.keys)
    var begun: Set<TopicPartition> = []
    var batch: [SourceRecord] = []
    var bytes = 0
    var heardAt = SystemTime.monotonicNanoseconds()
    while !open.isEmpty || !batch.isEmpty {
      if stop.isRequested { return .failure(RoleError("stopped before the end of the topics")) }
      let isFull = batch.count >= settings.batch.records || bytes >= settings.batch.bytes
      if isFull || open.isEmpty {
        do throws(RoleError) { try write(batch, writer, &report) } catch { return .failure(error) }
        tell(report.progress)
        (batch, bytes) = ([], 0)
        continue
      }
      switch try consumer.poll(timeoutMilliseconds: 1_000, { SourceRecord($0) }) {
      case .record(let record):
        guard let part = parts[record.place], open.contains(record.place) else { continue }
        if part.isCut, begun.insert(record.place).inserted { note(&report, record.place, record.timestamp) }
        if record.offset < part.end {
          batch.append(record)
          bytes += record.size
        }
        if record.offset + 1 >= part.end { open.remove(record.place) }
      case .end(let place, let offset): if offset >= parts[place]?.end ?? 0 { open.remove(place) }
      case .nothing:
        if SystemTime.monotonicNanoseconds() - heardAt < Self.silenceNanoseconds { continue }
        return .failure(RoleError("Kafka has given no record for a minute"))
      }
      heardAt = SystemTime.monotonicNanoseconds()
    }
    return .success(())
  }

  private func note(_ report: inout Report, _ place: TopicPartition, _ time: Int64) {
    if place.topic == settings.name(.status) { report.beginnings[place] = time }
  }

  /// PostgreSQL may be away for a minute.
  private func write(_ batch: [SourceRecord], _ writer: LogWriter, _ report: inout Report) throws(RoleError) {
    guard !batch.isEmpty else { return }
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff()
    let begun = SystemTime.monotonicNanoseconds()
    while true {
      do throws(PostgresError) {
        let outcome = try writer.write(batch)
        report.progress.read += outcome.records
        report.progress.rows += outcome.rows
        report.progress.deadLetters += outcome.deadLetters
        report.progress.refused += outcome.refused.count
        return
      } catch {
        let isOver = SystemTime.monotonicNanoseconds() - begun > Self.silenceNanoseconds
        if isOver || stop.isRequested { throw RoleError("PostgreSQL", cause: error) }
        if case .stop = error.disposition { throw RoleError("PostgreSQL", cause: error) }
        _ = Poll.wait(
          [stop.signal.fileDescriptor], timeoutMilliseconds: Int32(backoff.next(using: &random) / .milliseconds(1)))
      }
    }
  }
}

/// What is to be read of a partition.
struct RebuildPart {
  var start, end: Int64
  /// Retention has taken what was before `start`.
  var isCut: Bool

  private static let timeoutMilliseconds = 10_000

  static func find(
    _ settings: RecorderSettings, _ consumer: Consumer, from: UnixTime?
  ) throws(KafkaError) -> [TopicPartition: RebuildPart] {
    let admin = try Admin(settings.kafka)
    defer { admin.close() }
    var parts: [TopicPartition: RebuildPart] = [:]
    let topics = [settings.name(.status), settings.name(.parked)]
    for topic in try admin.describeTopics(topics, timeoutMilliseconds: timeoutMilliseconds) {
      if let error = topic.error { throw KafkaError(error, "topic \(topic.name) cannot be read") }
      for partition in topic.partitions {
        let place = TopicPartition(topic.name, partition.id)
        let (low, high) = try consumer.watermarks(place, timeoutMilliseconds: timeoutMilliseconds)
        parts[place] = RebuildPart(start: low, end: high, isCut: low > 0)
      }
    }
    guard let from else { return parts }
    let starts = try consumer.offsets(
      at: parts.mapValues { _ in from.milliseconds }, timeoutMilliseconds: timeoutMilliseconds)
    for (place, part) in parts {
      let start = max(part.start, starts[place] ?? part.end)
      parts[place]?.isCut = part.isCut || start > part.start
      parts[place]?.start = start
    }
    return parts
  }
}
