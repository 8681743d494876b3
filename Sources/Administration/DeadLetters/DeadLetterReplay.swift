public import DeadLetters
public import Kafka
import NotificationModel
public import Postgres
public import Relay
public import Runtime

/// Sends dead letters anew, in small batches: each is read, and then locked, produced, acknowledged, told to the log and
/// marked in one transaction. Whatever ends it in between leaves a batch open, which is sent again under the same ids and
/// the same number of replay, so that workers take it for the same claim.
public final class DeadLetterReplay {
  public struct Options: Sendable {
    /// Its time is that of each batch.
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
  /// For tests: runs when a batch was read and is not locked.
  var beforeLock: () throws -> Void = {}
  /// For tests: runs when a batch was acknowledged and is not marked.
  var beforeMark: () throws -> Void = {}

  /// How long Kafka may take to acknowledge a batch.
  private static let patience: Int64 = 60_000_000_000
  /// The same once a signal has come.
  private static let patienceAtEnd: Int64 = 10_000_000_000

  private var store: ReplayStore { ReplayStore(connection: connection) }

  /// - Parameter signals: end it after the batch that is on its way.
  public init(_ connection: PostgresConnection, _ kafka: KafkaSettings, _ options: Options, signals: StopSignals?) {
    (self.connection, self.kafka, self.options, self.signals) = (connection, kafka, options, signals)
  }

  /// What `run` would do, without doing it: pointers are read.
  public func preview(_ filter: DeadLetterFilter) throws -> ReplayTally {
    let reader = try prepare(filter)
    defer { reader.close() }
    var last: Int64 = 0
    while true {
      let rows = try store.read(filter, after: last, limit: ReplayPace.most, bytes: ReplayBatch.bytes)
      guard let end = rows.last else { return tally }
      last = end.id
      let settled = try store.settled(rows.map(\.id))
      tally.settled += settled.count
      for row in rows where !settled.contains(row.id) {
        guard let letter = try letter(row, reader) else { return tally }
        switch letter {
        case .success(let letter): note(letter)
        case .failure(let refusal): tally.refused[refusal, default: 0] += 1
        }
      }
    }
  }

  /// - Parameter progress: hears after each batch how far it is.
  public func run(_ filter: DeadLetterFilter, progress: (ReplayTally) -> Void) throws -> ReplayTally {
    let reader = try prepare(filter)
    defer { reader.close() }
    var settings = kafka
    // What is too large is for each topic to say.
    settings.properties.merge(["message.max.bytes": "100000000"]) { given, _ in given }
    let producer = try Producer(settings, wake: wake)
    self.producer = producer
    defer { producer.close() }
    let pace = ReplayPace(rate: options.rate, start: SystemTime.monotonicNanoseconds())
    var last: Int64 = 0
    while !isInterrupted(until: pace.next(after: tally.replayed)) {
      let rows = try store.read(filter, after: last, limit: pace.batch, bytes: ReplayBatch.bytes)
      guard let (end, made) = try letters(ReplayBatch.first(rows), reader) else { break }
      last = end
      try beforeLock()
      try send(made)
      progress(tally)
    }
    return tally
  }

  private func prepare(_ filter: DeadLetterFilter) throws -> ReplayReader {
    try filter.check()
    tally = ReplayTally()
    options.rules.advertising = try store.advertising()
    return ReplayReader(kafka, outboxes: options.sources)
  }

  private typealias Made = [(id: Int64, letter: Result<ReplayLetter, ReplayRefusal>)]

  /// Before anything is locked, as topics and outboxes may take their time for what pointers stand for.
  /// - Returns: with the last id; nil where there are none, or a signal has ended it.
  private func letters(_ rows: ArraySlice<DeadLetterRow>, _ reader: ReplayReader) throws -> (end: Int64, Made)? {
    guard let end = rows.last?.id else { return nil }
    options.rules.now = Self.now
    var made: Made = []
    for row in rows {
      guard let letter = try letter(row, reader) else { return nil }
      made.append((row.id, letter))
    }
    return (end, made)
  }

  /// Nil when a signal has ended it.
  private func letter(_ row: DeadLetterRow, _ reader: ReplayReader) throws -> Result<ReplayLetter, ReplayRefusal>? {
    if isInterrupted(until: 0) { return nil }
    defer { tally.grants = reader.grants }
    return try reader.letter(row, options.rules)
  }

  private func send(_ made: Made) throws {
    var (done, refused): ([ReplayLetter], [ReplayRefusal]) = ([], [])
    var settled: Set<Int64> = []
    try connection.transaction { _ in
      let locked = try store.lock(made.map(\.id))
      settled = try store.settled(locked.sorted())
      var letters: [ReplayLetter] = []
      for (id, letter) in made where locked.contains(id) && !settled.contains(id) {
        switch letter {
        case .success(let letter): letters.append(letter)
        case .failure(let refusal): refused.append(refusal)
        }
      }
      let places = try produce(letters)
      try beforeMark()
      done = letters.enumerated().filter { !places.contains($0.offset) }.map(\.element)
      try store.mark(done.map(\.id) + settled.sorted(), by: options.by, now: options.rules.now)
      refused += places.map { _ in .refusedByKafka }
    }
    // Not before the commit: nothing else is done.
    for letter in done { note(letter) }
    for refusal in refused { tally.refused[refusal, default: 0] += 1 }
    tally.settled += settled.count
  }

  private func note(_ letter: ReplayLetter) {
    tally.replayed += 1
    tally.topics[letter.record.topic, default: 0] += 1
    if let from = letter.readFrom { tally.reread[from, default: 0] += 1 }
  }

  private static var now: UnixTime { UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000) }
}

extension DeadLetterReplay {
  private typealias Outgoing = (topic: String, content: RecordContent)

  /// The records first: of one that Kafka does not take the log is not to hear.
  /// - Returns: the places of those that Kafka refused for their own sake.
  private func produce(_ letters: [ReplayLetter]) throws -> Set<Int> {
    guard let producer, !letters.isEmpty else { return [] }
    let records = letters.map(\.record)
    try producer.require(Array(Set(records.map(\.topic) + records.compactMap { $0.pending?.topic })).sorted())
    let refused = try produce(records.map { ($0.topic, $0.content) }, by: producer)
    let now = Self.now
    let pending = records.enumerated().filter { !refused.contains($0.offset) }.compactMap(\.element.pending)
    guard try produce(pending.map { ($0.topic, $0.content(at: now)) }, by: producer).isEmpty else {
      throw KafkaError(
        .invalidRecord, "topic \(pending[0].topic) refuses statuses; what was sent is not marked, and stays open")
    }
    return refused
  }

  /// One that is refused has what goes with it refused as well: those are sent once more, each alone.
  private func produce(_ records: [Outgoing], by producer: Producer) throws -> Set<Int> {
    let refused = try produceTogether(records, by: producer)
    guard records.count > 1 else { return refused }
    return try refused.filter { try !produceTogether([records[$0]], by: producer).isEmpty }
  }

  /// Waits for Kafka's acknowledgement of all of them.
  private func produceTogether(_ records: [Outgoing], by producer: Producer) throws -> Set<Int> {
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

  /// Waits for the next batch's time; of one that has passed it asks only for a signal.
  private func isInterrupted(until time: Int64) -> Bool {
    guard let signals, tally.signal == nil else { return tally.signal != nil }
    let rest = time - SystemTime.monotonicNanoseconds()
    if rest > 0 { _ = Poll.wait([signals.fileDescriptor], nanoseconds: rest) }
    tally.signal = signals.take()
    return tally.signal != nil
  }
}
