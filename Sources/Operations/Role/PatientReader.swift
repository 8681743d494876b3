public import Kafka
public import Postgres
public import Runtime
public import Telemetry

/// How a role that reads a group's records does a batch of them, however long PostgreSQL is away. Meanwhile the
/// partitions are held, so that the member keeps its place in the group. It belongs to the reader's thread.
public struct PatientReader {
  /// What is logged when a wait begins and when it is over.
  public struct Words: Sendable {
    let waits, goesOn: StaticString

    public init(waits: StaticString, goesOn: StaticString) { (self.waits, self.goesOn) = (waits, goesOn) }
  }

  private let reader: GroupReader
  private let words: Words
  private let logger: Logger
  private let stop: StopRequest
  private let progress: ThreadProgress
  private let report: (RoleState) -> Void

  public init(
    _ reader: GroupReader, _ words: Words, logger: Logger, stop: StopRequest, progress: ThreadProgress,
    report: @escaping (RoleState) -> Void
  ) {
    (self.reader, self.words, self.logger) = (reader, words, logger)
    (self.stop, self.progress, self.report) = (stop, progress, report)
  }

  /// Tries until PostgreSQL has answered, or a stop is asked for.
  /// - Parameters:
  ///   - meanwhile: called between two attempts, for what was done before, with how many of the records are still to be
  ///     done.
  ///   - body: one attempt, for those of the records that are still this member's.
  /// - Returns: what it gave and for which records; nil where nobody's are left, or a stop came first.
  public func work<T>(
    on records: [SourceRecord], meanwhile: (Int) throws(RoleError) -> Void,
    _ body: ([SourceRecord]) throws(PostgresError) -> T
  ) throws(RoleError) -> (result: T, records: [SourceRecord])? {
    var records = records
    var backoff = Backoff()
    var random = SystemRandomNumberGenerator()
    var isHeld = false
    while !records.isEmpty, !stop.isRequested {
      switch Result(catching: { () throws(PostgresError) in try body(records) }) {
      case .success(let result):
        if isHeld { try goOn() }
        return (result, records)
      case .failure(let error):
        if !isHeld { logger.warning(words.waits, ["reason": error.description]) }
        isHeld = true
        records = try hold(records, error, for: backoff.next(using: &random))
        try meanwhile(records.count)
      }
    }
    if isHeld { try goOn() }
    return nil
  }

  private func hold(
    _ records: [SourceRecord], _ error: PostgresError, for time: Duration
  ) throws(RoleError) -> [SourceRecord] {
    report(RoleState(.holding, "PostgreSQL: \(error)"))
    progress.note()
    let kept = try RoleError.doing("holding partitions") { () throws(KafkaError) in
      try reader.hold(records, for: time, or: stop)
    }
    // Nothing is fetched meanwhile that would tell.
    reader.askEnds(atMostEvery: .seconds(1))
    return kept
  }

  private func goOn() throws(RoleError) {
    try RoleError.doing("reading on") { () throws(KafkaError) in try reader.resume() }
    logger.notice(words.goesOn)
    report(RoleState(.working))
  }
}
