import Kafka
import PGOutput
import Postgres
import Runtime
import Signing
import Telemetry

/// A producer, what it has in flight and how far the stream was read.
///
/// It outlives connections to PostgreSQL, so that what is in Kafka already is not sent again. After a fault on Kafka's
/// side it is discarded whole, and the stream begins again at the last confirmed position.
final class Pipeline {
  let producer: Producer
  let wake: WakeSignal
  let identity: SystemIdentity
  /// Up to here one record makes a batch, so that each row is judged alone; nil for batches of any size.
  private let isolateUntil: LSN?
  /// What stands before it a pipeline that was given up has read.
  private let readBefore: StreamPosition?
  var flight: Flight
  var tracker: StreamTracker
  private(set) var fault: RelayError?
  /// A batch of several rows was refused as a whole: innocent ones may be among them.
  private(set) var needsIsolation = false
  /// What the client as a whole met last; nil once a row was acknowledged.
  private(set) var trouble: KafkaError?

  private let source: String
  private let metrics: RelayMetrics
  private let bounds: FlightBounds
  private let parked: ProducerTopic
  private var writer: RecordWriter
  private var budget = QuarantineBudget()

  /// Marks the tokens of pointer records.
  private static let pointerBit: UInt = 1 << 63

  init(
    _ source: SourceSettings, _ settings: RelaySettings, metrics: RelayMetrics, wake: WakeSignal,
    identity: SystemIdentity, confirmed: LSN, isolateUntil: LSN?, readBefore: StreamPosition?, limits: TopicLimits
  ) throws(KafkaError) {
    var kafka = settings.kafka
    // librdkafka must never be the one that is full: the flight's bounds are the only ones.
    kafka.properties["queue.buffering.max.messages"] = String(settings.flight.rows * 2 + 1_000)
    kafka.properties["queue.buffering.max.kbytes"] = "2097151"
    kafka.properties.merge(limits.properties) { own, _ in own }
    // Waiting makes large batches at full speed, which is what spares the broker; a stream that runs dry does not wait.
    kafka.properties["linger.ms"] = kafka.properties["linger.ms"] ?? "20"
    if isolateUntil != nil { kafka.properties["batch.num.messages"] = "1" }
    producer = try Producer(kafka, wake: wake)
    let topic = try producer.topic(source.topic)
    var routes: [(type: [UInt8], topic: ProducerTopic)] = []
    for (type, name) in source.routes.sorted(by: { $0.key < $1.key }) {
      routes.append((Array(type.utf8), try producer.topic(name)))
    }
    parked = try producer.topic(source.parkedTopic)
    topics = [topic] + routes.map(\.topic)
    writer = RecordWriter(routes: routes, defaultTopic: topic)
    flight = Flight(rowsMax: settings.flight.rows, confirmed: confirmed)
    tracker = StreamTracker(confirmed: confirmed)
    bounds = settings.flight
    self.source = source.name
    self.metrics = metrics
    self.wake = wake
    self.identity = identity
    self.isolateUntil = isolateUntil
    self.readBefore = readBefore
    producer.onError = { [weak self] error in self?.trouble = error }
  }

  let topics: [ProducerTopic]

  var isIsolating: Bool { isolateUntil != nil }

  /// The rows among which one was refused are all behind.
  var hasPassedIsolation: Bool { isolateUntil.map { flight.confirmable >= $0 } ?? false }

  var hasRoom: Bool { !flight.isFull && flight.bytes < bounds.bytes }

  /// - Parameter past: rows of the transaction that another pipeline has sent.
  func begin(commit: LSN, committedAt: Int64, past: Int = 0) {
    tracker.begin(commit: commit, committedAt: committedAt, past: past)
    if let transaction = tracker.transaction { writer.begin(transaction) }
  }

  func commit(end: LSN) {
    let hadRows = (tracker.transaction?.ordinal ?? 0) > 0
    guard tracker.commit(end: end) else { return }
    flight.commit(end: end)
    if hadRows { metrics.transactions.increment() }
  }

  /// Hands one row over, unless an earlier connection did.
  func send(_ body: RawSpan, _ row: RowLayout) throws(RelayError) {
    let ordinal = tracker.transaction?.ordinal ?? 0
    let isRepeated = readBefore.map { tracker.place < $0 } ?? false
    guard tracker.row() else { return metrics.skipped.increment() }
    let size = (row.payload?.count ?? 0) + (row.aggregateID?.count ?? 0) + (row.headers?.count ?? 0)
    let token = flight.append(bytes: size, committedAt: tracker.transaction?.committedAt ?? 0)
    (isRepeated ? metrics.repeated : metrics.rows).increment()
    metrics.bytes.increment(by: size)
    do {
      try writer.produce(body, row, ordinal: ordinal, with: producer, token: token)
    } catch {
      try park(body, row, ordinal: ordinal, token: token, error)
    }
  }

  /// A row that was not even taken: refused for its own sake, or the producer is of no use.
  private func park(
    _ body: RawSpan, _ row: RowLayout, ordinal: Int, token: UInt, _ refusal: RecordWriter.Refusal
  ) throws(RelayError) {
    let reason: String
    switch refusal {
    case .headers: reason = "INVALID_HEADERS"
    case .kafka(let error) where Self.isRefusal(error): reason = error.code.description
    case .kafka(let error): throw RelayError(.produce, "Kafka took no row", cause: error)
    }
    let payload = body.extracting(row.payload ?? 0..<0)
    let pointer = QuarantinePointer(
      source: source, id: row.id.map { body.extracting($0).text } ?? "",
      createdAt: row.createdAt.map { body.extracting($0).text }, topic: writer.topic(body, row).name, reason: reason,
      commit: tracker.transaction?.commit ?? .zero, ordinal: ordinal, bytes: payload.byteCount,
      sha256: SHA256.hexadecimal(payload))
    try produce(pointer, key: row.aggregateID.map { body.extracting($0).text }, token: token)
  }

  private func produce(_ pointer: QuarantinePointer, key: String?, token: UInt) throws(RelayError) {
    guard budget.take(now: SystemTime.monotonicNanoseconds()) else {
      throw .retry(
        .refused,
        "Kafka refused more than \(QuarantineBudget.perMinute) rows in a minute (\(pointer.reason)); "
          + "check the limits of topic \(pointer.topic)", after: .seconds(10))
    }
    var headers = RecordHeaders()
    headers.add("id", Array(pointer.id.utf8).rawBytes)
    headers.add("schema", Array(QuarantinePointer.schema.utf8).rawBytes)
    headers.add("bongsu-error-class", Array(pointer.reason.utf8).rawBytes)
    // A key may be as large as what was refused.
    let key = Array((key ?? "").utf8.prefix(1_024))
    let value = pointer.encoded()
    do {
      try producer.produce(
        parked, key: key.rawBytes, value: value.rawBytes, headers: &headers, token: token | Self.pointerBit)
    } catch {
      throw RelayError(.produce, "topic \(parked.name) took no pointer to a refused row", cause: error)
    }
  }

  /// Nothing more comes for the moment: what waits is sent without lingering.
  func expedite() { producer.expedite() }

  /// Takes Kafka's answers. A fault that ends the pipeline is in `fault` afterwards.
  func drain() {
    var refused: [(pointer: QuarantinePointer, key: String?, token: UInt)] = []
    let nowMicroseconds = PostgresTime.now(unixMicroseconds: SystemTime.unixMicroseconds())
    producer.drainRecords { report, record in
      let token = report.token & ~Self.pointerBit
      let isPointer = report.token != token
      if let error = report.error {
        guard Self.isRefusal(KafkaError(error)), !isPointer else { return note(error, topic: record.topic) }
        refused.append((describe(record, error), record.withKey { key in if let key { key.text } else { nil } }, token))
      } else {
        trouble = nil
        metrics.produceLatency.observe(microseconds: report.latencyMicroseconds)
        metrics.commitToAcknowledge.observe(microseconds: nowMicroseconds - flight.committedAt(token))
        if isPointer { metrics.quarantined.increment() } else { metrics.acknowledged.increment() }
        flight.acknowledge(token)
      }
    }
    if fault == nil, let fatal = producer.fatalError {
      fault = .retry(.produce, "the Kafka producer ended and is made anew: \(fatal)")
    }
    judge(refused)
    metrics.inFlightRows.set(flight.rows)
    metrics.inFlightBytes.set(flight.bytes)
    metrics.showUnaccounted()
    let age = flight.oldestCommittedAt.map { Double(nowMicroseconds - $0) / 1_000_000 } ?? 0
    metrics.lagSeconds.set(max(0, age))
  }

  /// Ends it. Of what has had no answer nobody hears any more; the stream brings it again, from the last confirmed
  /// position on.
  func abandon() {
    metrics.abandoned.increment(by: flight.unanswered)
    metrics.inFlightRows.set(0)
    metrics.inFlightBytes.set(0)
    metrics.showUnaccounted()
    producer.close()
  }

  /// Several rows refused at once were one batch, as far as anyone can tell: each has to be judged alone.
  private func judge(_ refused: [(pointer: QuarantinePointer, key: String?, token: UInt)]) {
    guard fault == nil, let first = refused.first else { return }
    if refused.count > 1, !isIsolating {
      needsIsolation = true
      fault = .retry(.refused, "Kafka refused a batch of several rows (\(first.pointer.reason)); sending them singly")
      return
    }
    do {
      for row in refused { try produce(row.pointer, key: row.key, token: row.token) }
    } catch {
      fault = error
    }
  }

  /// Kafka refused one record for its own sake.
  private static func isRefusal(_ error: KafkaError) -> Bool {
    if case .reject = error.disposition { true } else { false }
  }

  private func note(_ error: KafkaErrorCode, topic: String) {
    guard error != .purgeQueue, error != .purgeInflight, fault == nil else { return }
    fault = RelayError(.produce, "Kafka refused a row for topic \(topic)", cause: KafkaError(error))
  }

  private func describe(_ record: borrowing ReportedRecord, _ error: KafkaErrorCode) -> QuarantinePointer {
    let (bytes, digest) = record.withValue { value in
      if let value { (value.byteCount, SHA256.hexadecimal(value)) } else { (0, SHA256.hexadecimal(RawSpan())) }
    }
    return QuarantinePointer(
      source: source, id: record.header("id") ?? "", createdAt: nil, topic: record.topic, reason: error.description,
      commit: record.header("lsn").flatMap { LSN($0) } ?? .zero,
      ordinal: record.header("ordinal").flatMap { Int($0) } ?? 0, bytes: bytes, sha256: digest)
  }
}
