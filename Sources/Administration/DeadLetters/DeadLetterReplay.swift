public import Kafka
import NotificationModel
public import Postgres
public import Relay
public import Runtime

/// Sends dead letters anew, in small batches: each is locked, produced, acknowledged and then marked, in one
/// transaction. Whatever ends it in between leaves a batch open, which is sent again under the same ids and the same
/// number of replay, so that workers take it for the same claim.
public final class DeadLetterReplay {
  public struct Options: Sendable {
    public var rules: ReplayRules
    /// Records a second.
    public var rate: Int?
    /// Who does it.
    public var by: String
    /// Where the rows of relays' pointers are.
    public var sources: [SourceSettings] = []

    public init(rules: ReplayRules, by: String) { (self.rules, self.by) = (rules, by) }
  }

  private let connection: PostgresConnection
  private let kafka: KafkaSettings
  private var options: Options
  private let signals: StopSignals?
  private let wake = WakeSignal()
  private var producer: Producer?
  /// What has come of it so far, also when it ended by an error.
  public private(set) var tally = ReplayTally()
  /// When Kafka must have acknowledged the batch that is on its way, in monotonic nanoseconds.
  private var deadline: Int64 = 0
  /// For tests: runs when a batch was acknowledged and is not marked.
  var beforeMark: () throws -> Void = {}

  /// How long Kafka may take to acknowledge a batch.
  private static let patience: Int64 = 60_000_000_000
  /// The same once a signal has come.
  private static let patienceAtEnd: Int64 = 10_000_000_000

  /// - Parameter signals: end it after the batch that is on its way.
  public init(_ connection: PostgresConnection, _ kafka: KafkaSettings, _ options: Options, signals: StopSignals?) {
    (self.connection, self.kafka, self.options, self.signals) = (connection, kafka, options, signals)
  }

  /// What `run` would do, without doing it.
  public func preview(_ filter: DeadLetterFilter) throws -> ReplayTally {
    try prepare(filter)
    var last: Int64 = 0
    while true {
      let rows = try read(filter, after: last, isLocking: false, limit: 1_000)
      guard let end = rows.last else { return tally }
      last = end.id
      for row in rows { if let (topic, _) = try content(row) { note(topic) } }
    }
  }

  /// - Parameter progress: hears after each batch how far it is.
  public func run(_ filter: DeadLetterFilter, progress: (ReplayTally) -> Void) throws -> ReplayTally {
    try prepare(filter)
    let producer = try Producer(kafka, wake: wake)
    self.producer = producer
    defer { producer.close() }
    let pace = ReplayPace(rate: options.rate, start: SystemTime.monotonicNanoseconds())
    var last: Int64 = 0
    while !isInterrupted(until: pace.next(after: tally.replayed)) {
      guard let end = try batch(filter, after: last, limit: pace.batch) else { break }
      last = end
      progress(tally)
    }
    return tally
  }

  private func prepare(_ filter: DeadLetterFilter) throws {
    try filter.check()
    tally = ReplayTally()
    options.rules.advertising = Set(
      try connection.execute("SELECT category FROM notification.category WHERE kind = 'advertising'").column)
  }

  /// - Returns: the last row's id; nil when there is no more.
  private func batch(_ filter: DeadLetterFilter, after last: Int64, limit: Int) throws -> Int64? {
    var (end, done, refused): (Int64?, [String], Int) = (nil, [], 0)
    try connection.transaction { _ in
      let rows = try read(filter, after: last, isLocking: true, limit: limit)
      end = rows.last?.id
      var sent: [(row: DeadLetterRow, topic: String, content: RecordContent)] = []
      for row in rows { if let (topic, content) = try content(row) { sent.append((row, topic, content)) } }
      let places = try produce(sent.map { ($0.topic, $0.content) })
      try beforeMark()
      let taken = sent.enumerated().filter { !places.contains($0.offset) }.map(\.element)
      try mark(taken.map(\.row.id))
      (done, refused) = (taken.map(\.topic), places.count)
    }
    // Not before the commit: nothing else is done.
    for topic in done { note(topic) }
    if refused > 0 { tally.refused[.refusedByKafka, default: 0] += refused }
    return end
  }

  private func read(
    _ filter: DeadLetterFilter, after last: Int64, isLocking: Bool, limit: Int
  ) throws -> [DeadLetterRow] {
    var filter = filter
    // What was replayed once is not open any more: it would be the same claim again.
    filter.state = .open
    var conditions = filter.conditions
    conditions.add("d.dead_letter_id > \(last)")
    let result = try connection.execute(
      """
      SELECT \(DeadLetterRow.columns) FROM notification.dead_letter d\(conditions.clause)
      ORDER BY d.dead_letter_id LIMIT \(limit)\(isLocking ? " FOR UPDATE SKIP LOCKED" : "")
      """, conditions.parameters)
    return (0..<result.rowCount).map { DeadLetterRow(result, $0) }
  }

  /// Nil where it is refused, which is counted.
  private func content(_ row: DeadLetterRow) throws -> (topic: String, content: RecordContent)? {
    switch options.rules.decide(row) {
    case .produce(let topic, let content): return (topic, content)
    case .refuse(let refusal): tally.refused[refusal, default: 0] += 1
    case .readRow(let pointer):
      switch try readRow(pointer) {
      case .success(let found):
        let replay = SourceRecord.Header(RecordHeader.replay, "\(row.replay + 1)")
        let record = found.record
        return (
          found.topic, RecordContent(key: record.key, value: record.value, headers: record.headers + [replay])
        )
      case .failure(let refusal): tally.refused[refusal.reason, default: 0] += 1
      }
    }
    return nil
  }

  private struct Refused: Error { let reason: ReplayRefusal }

  /// Of several outboxes the one that the pointer names; where it names none of them, all are asked.
  private func readRow(_ pointer: RelayPointer) throws -> Result<QuarantinedRow, Refused> {
    let named = options.sources.filter { $0.name == pointer.source }
    let candidates = named.isEmpty ? options.sources : named
    guard !candidates.isEmpty else { return .failure(Refused(reason: .noSource)) }
    var reason = ReplayRefusal.rowGone
    for source in candidates {
      do {
        if let row = try QuarantinedRow(
          id: pointer.id, digest: pointer.digest, commit: pointer.commit, ordinal: pointer.ordinal, source: source)
        {
          return .success(row)
        }
      } catch is RelayError {
        return .failure(Refused(reason: .rowDiffers))
      } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
        reason = .notAllowed
        if tally.grants[source.name] == nil { tally.grants[source.name] = try OutboxReader(source).grantsToRead() }
      }
    }
    return .failure(Refused(reason: reason))
  }

  private func note(_ topic: String) {
    tally.replayed += 1
    tally.topics[topic, default: 0] += 1
  }

  private func mark(_ ids: [Int64]) throws {
    guard !ids.isEmpty else { return }
    try connection.execute(
      """
      UPDATE notification.dead_letter SET state = 'replayed', changed_at = now(), changed_by = $1
      WHERE dead_letter_id = ANY ($2::bigint[])
      """, [.text(options.by), .text("{\(ids.map(String.init).joined(separator: ","))}")])
  }
}

extension DeadLetterReplay {
  /// Waits for Kafka's acknowledgement of all of them.
  /// - Returns: the places of those that Kafka refused for their own sake.
  private func produce(_ records: [(topic: String, content: RecordContent)]) throws -> Set<Int> {
    guard let producer, !records.isEmpty else { return [] }
    try producer.require(Array(Set(records.map(\.topic))).sorted())
    var refused: Set<Int> = []
    var left = records.count
    deadline = SystemTime.monotonicNanoseconds() + Self.patience
    for (index, record) in records.enumerated() {
      let topic = try producer.topic(record.topic)
      do throws(KafkaError) {
        while try !producer.offer(record.content, to: topic, token: UInt(index + 1)) {
          try collect(producer, &left, &refused)
        }
      } catch {
        guard case .reject = error.disposition else { throw error }
        refused.insert(index)
        left -= 1
      }
    }
    while left > 0 { try collect(producer, &left, &refused) }
    return refused
  }

  private func collect(_ producer: Producer, _ left: inout Int, _ refused: inout Set<Int>) throws(KafkaError) {
    let rest = deadline - SystemTime.monotonicNanoseconds()
    if rest <= 0 { throw KafkaError(.timedOut, "Kafka has not acknowledged in time; what is not marked stays open") }
    let ready = [wake.fileDescriptor] + (signals.map { [$0.fileDescriptor] } ?? [])
    _ = Poll.wait(ready, nanoseconds: rest)
    if let signal = signals?.take() {
      tally.signal = signal
      deadline = min(deadline, SystemTime.monotonicNanoseconds() + Self.patienceAtEnd)
    }
    wake.clear()
    var failure: KafkaError?
    producer.drain { report in
      left -= 1
      guard let error = report.failure else { return }
      if case .reject = error.disposition { refused.insert(Int(report.token) - 1) } else { failure = error }
    }
    if let failure = failure ?? producer.fatalError { throw failure }
  }

  /// Waits for the next batch's time.
  private func isInterrupted(until time: Int64) -> Bool {
    guard let signals, tally.signal == nil else { return tally.signal != nil }
    let rest = time - SystemTime.monotonicNanoseconds()
    if rest > 0 { _ = Poll.wait([signals.fileDescriptor], nanoseconds: rest) }
    tally.signal = signals.take()
    return tally.signal != nil
  }
}
