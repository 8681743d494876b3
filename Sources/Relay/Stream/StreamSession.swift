import Glibc
import PGOutput
import Postgres
import Runtime
import Telemetry

/// One stream from its start to its end: reads rows while there is room, takes Kafka's answers, tells the server what
/// is confirmed. One thread does all of it; nothing is handed over per row.
final class StreamSession {
  private let source: SourceSettings
  private let connection: ReplicationConnection
  private let pipeline: Pipeline
  private let stop: StopRequest
  private let progress: ThreadProgress
  private var clock: FeedbackClock
  private var tuple = TupleColumns()
  private var maps: [UInt32: ColumnMap] = [:]
  private var received: LSN
  private var pace = ReadPace()
  /// The present turn has read a frame.
  private var hasHeard = false
  private var isReading = true
  private var stopDeadline: Int64?

  /// Frames between two looks at Kafka's answers.
  private static let framesPerTurn = 256
  /// How long a stop waits for the open transaction's end, so that its rows need not be sent twice.
  private static let transactionGrace: Int64 = 2_000_000_000

  init(
    _ source: SourceSettings, _ connection: ReplicationConnection, _ pipeline: Pipeline, senderTimeout: Double,
    stop: StopRequest, progress: ThreadProgress
  ) {
    self.source = source
    self.connection = connection
    self.pipeline = pipeline
    self.stop = stop
    self.progress = progress
    received = pipeline.flight.confirmable
    clock = FeedbackClock(
      timeoutSeconds: senderTimeout, confirmed: .zero, now: SystemTime.monotonicNanoseconds())
  }

  enum End { case stopped, isolated }

  /// Runs until a stop is finished; errors end it earlier.
  func run() throws -> End {
    while true {
      let now = SystemTime.monotonicNanoseconds()
      progress.note(now)
      try feedback(now)
      if let end = try end(now) { return end }
      wait(now)
      pipeline.wake.clear()
      pipeline.drain()
      if let fault = pipeline.fault { throw fault }
      if !isReading || !pipeline.hasRoom {
        // Who does not listen cannot call the server silent.
        clock.heard(now: now)
      } else {
        try turn()
      }
    }
  }

  private func turn() throws {
    let before = pipeline.flight.tail
    let isDry = try read()
    let now = SystemTime.monotonicNanoseconds()
    let rows = Int(pipeline.flight.tail - before)
    if hasHeard { clock.heard(now: now) }
    hasHeard = false
    if pace.didRead(rows: rows, isDry: isDry, now: now) { pipeline.expedite() }
    // libpq may hold more than the socket shows.
    if !isDry { pipeline.wake.signal() }
  }

  /// Reads what has arrived, as far as there is room for it.
  /// - Returns: true when that was all.
  private func read() throws -> Bool {
    try connection.consumeInput()
    for _ in 0..<Self.framesPerTurn where pipeline.hasRoom {
      switch try connection.nextFrame({ try self.take($0) }) {
      case .frame: continue
      case .wouldBlock: return true
      case .ended: throw RelayError.retry(.stream, "PostgreSQL ended the stream")
      }
    }
    return false
  }

  private func take(_ frame: RawSpan) throws {
    hasHeard = true
    switch try StreamFrame.parse(frame) {
    case .walData(let data):
      received = max(received, data.start)
      try take(message: frame.extracting(StreamFrame.walDataBodyOffset..<frame.byteCount))
    case .keepAlive(let keepAlive):
      received = max(received, keepAlive.walEnd)
      if keepAlive.replyRequested { clock.answerRequested() }
      // Nothing is open: all after the last commit was for others, and their log may go once the rows before it have
      // left. The server says it once, and not again for rows that still wait.
      if pipeline.tracker.transaction == nil { pipeline.flight.commit(end: keepAlive.walEnd) }
    }
  }

  private func take(message body: RawSpan) throws {
    switch try MessageDecoder.decode(body, into: &tuple) {
    case .begin(let begin): pipeline.begin(commit: begin.commit, committedAt: begin.committedAt)
    case .commit(let commit): pipeline.commit(end: commit.end)
    case .relation(let relation): maps[relation.id] = try map(of: relation)
    case .insert(let id):
      guard let map = maps[id] else { throw RelayError.retry(.stream, "a row came before its table's description") }
      try pipeline.send(body, map.layout(of: tuple))
    case .update, .delete, .truncate, .origin, .type, .logical: break
    }
  }

  private func map(of relation: Relation) throws(RelayError) -> ColumnMap {
    do {
      return try ColumnMap(columns: relation.columns.map(\.name), names: source.columns)
    } catch {
      throw .stop(
        .preflight,
        "table \(relation.namespace).\(relation.name) has lost its column "
          + "\(error.names.joined(separator: ", ")); map other names with relay.columns")
    }
  }

  private func feedback(_ now: Int64) throws {
    let confirmed = pipeline.flight.confirmable
    switch clock.next(confirmed: confirmed, now: now) {
    case .wait: _ = try connection.flush()
    case .giveUp: throw RelayError.retry(.stream, "PostgreSQL has been silent for a minute")
    case .send(let asks): try send(confirmed, asksForReply: asks, now)
    }
  }

  private func send(_ confirmed: LSN, asksForReply: Bool, _ now: Int64) throws {
    let sentAt = PostgresTime.now(unixMicroseconds: SystemTime.unixMicroseconds())
    try connection.send(
      StatusUpdate(
        written: max(received, confirmed), flushed: confirmed, applied: confirmed, sentAt: sentAt,
        replyRequested: asksForReply))
    clock.didSend(confirmed: confirmed, askedForReply: asksForReply, now: now)
  }

  /// A stop first finishes the open transaction, then what is in flight, and confirms it.
  private func end(_ now: Int64) throws -> End? {
    if pipeline.isIsolating, pipeline.flight.isEmpty, pipeline.tracker.transaction == nil, pipeline.hasPassedIsolation {
      return .isolated
    }
    guard stop.isRequested else { return nil }
    let deadline = stopDeadline ?? now + Self.transactionGrace
    stopDeadline = deadline
    if pipeline.tracker.transaction == nil || now >= deadline { isReading = false }
    guard !isReading, pipeline.flight.isEmpty || now >= stop.deadline else {
      pipeline.expedite()
      return nil
    }
    try send(pipeline.flight.confirmable, asksForReply: false, now)
    connection.stop(timeout: .seconds(1))
    return .stopped
  }

  private func wait(_ now: Int64) {
    var nanoseconds: Int64 = 100_000_000
    if case .wait(let untilDue) = clock.next(confirmed: pipeline.flight.confirmable, now: now) {
      nanoseconds = stop.isRequested ? min(untilDue, nanoseconds) : untilDue
    }
    var descriptors = [pipeline.wake.fileDescriptor]
    if !stop.isRequested { descriptors.append(stop.signal.fileDescriptor) }
    if isReading, pipeline.hasRoom, pace.isBusy {
      nanoseconds = min(nanoseconds, ReadPace.restNanoseconds)
    } else if isReading, pipeline.hasRoom {
      descriptors.append(connection.socket)
      if let quiet = pace.untilQuiet(now: now) { nanoseconds = min(nanoseconds, quiet) }
    }
    _ = Poll.wait(descriptors, nanoseconds: nanoseconds)
  }
}
