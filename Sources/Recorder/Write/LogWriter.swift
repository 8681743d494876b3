public import Kafka
import NotificationModel
public import Postgres
import Runtime

/// Writes what a batch of records says, in one round trip and one transaction. It belongs to one thread.
public final class LogWriter {
  private let database: LogDatabase
  private let parkedTopic: String
  private let believesDead: Bool

  /// - Parameters:
  ///   - parkedTopic: whose records are dead letters; all others are statuses.
  ///   - believesDead: whether devices are disabled and addresses suppressed of which a provider said that they are no more;
  ///     false for statuses of long ago, as much may have happened since.
  public init(_ settings: ConnectionSettings, parkedTopic: String, believesDead: Bool = true) {
    database = LogDatabase(settings)
    self.parkedTopic = parkedTopic
    self.believesDead = believesDead
  }

  /// What became of a batch.
  public struct Outcome: Sendable {
    public internal(set) var records = 0
    /// Rows of the log after merging.
    public internal(set) var rows = 0
    public internal(set) var deadLetters = 0
    public internal(set) var devicesDisabled = 0
    public internal(set) var addressesSuppressed = 0
    /// Statuses that say nothing, or that PostgreSQL refuses.
    public internal(set) var refused: [Refusal] = []
    /// When the statuses were told, in milliseconds since 1970.
    public internal(set) var times: [Int64] = []

    mutating func add(_ other: Outcome) {
      records += other.records
      rows += other.rows
      deadLetters += other.deadLetters
      devicesDisabled += other.devicesDisabled
      addressesSuppressed += other.addressesSuppressed
      refused += other.refused
      times += other.times
    }
  }

  /// A record that could not be written, and why.
  public struct Refusal: Sendable {
    public let record: SourceRecord
    public let code: String
    /// Names members and limits, never contents.
    public let detail: String
  }

  /// - Throws: PostgreSQL cannot be asked; writing the same again does no harm.
  public func write(_ records: [SourceRecord]) throws(PostgresError) -> Outcome {
    var content = Content(records, parkedTopic: parkedTopic)
    do throws(PostgresError) {
      return try write(&content)
    } catch {
      guard case .reject(let reason) = error.disposition else { throw error }
      return try isolate(records, reason)
    }
  }

  /// PostgreSQL refused a batch for what is in it: the one that it is for is found by halves, and the rest goes on.
  private func isolate(_ records: [SourceRecord], _ reason: String) throws(PostgresError) -> Outcome {
    guard records.count == 1 else {
      var outcome = try write(Array(records[..<(records.count / 2)]))
      outcome.add(try write(Array(records[(records.count / 2)...])))
      return outcome
    }
    var outcome = Outcome()
    outcome.records = 1
    if records[0].place.topic == parkedTopic {
      outcome.deadLetters = try writeUnstorable(records[0])
    } else {
      outcome.refused = [Refusal(record: records[0], code: "REFUSED_BY_DATABASE", detail: reason)]
    }
    return outcome
  }

  /// A dead letter that PostgreSQL does not take has at least a row that says where it is.
  private func writeUnstorable(_ record: SourceRecord) throws(PostgresError) -> Int {
    let row = DeadLetterRow(record, now: SystemTime.unixMicroseconds() / 1_000)
    let statement = row.statement(isWhole: false)
    do throws(PostgresError) {
      return try database.run { connection throws(PostgresError) in
        try connection.execute(statement.sql, statement.parameters).affectedRows
      }
    } catch {
      if case .reject = error.disposition { return 0 }
      throw error
    }
  }

  private func write(_ content: inout Content) throws(PostgresError) -> Outcome {
    var statements = content.batch.statements(believesDead: believesDead)
      .map { (name: $0.statement.rawValue, parameters: $0.parameters) }
    statements += content.letters.map { (name: "dead_letter", parameters: $0.statement().parameters) }
    if !statements.isEmpty {
      let results = try database.run { connection throws(PostgresError) in
        try connection.pipeline(prepared: statements)
      }
      for (statement, result) in zip(statements, results) {
        switch statement.name {
        case "dead_letter": content.outcome.deadLetters += result.affectedRows
        case LogStatement.devices.rawValue: content.outcome.devicesDisabled += result.scalar.flatMap { Int($0) } ?? 0
        case LogStatement.contacts.rawValue:
          content.outcome.addressesSuppressed += result.scalar.flatMap { Int($0) } ?? 0
        default: break
        }
      }
    }
    content.outcome.rows = content.batch.rows
    return content.outcome
  }

  /// Records, read.
  private struct Content {
    var batch = LogBatch()
    var letters: [DeadLetterRow] = []
    var outcome = Outcome()

    init(_ records: [SourceRecord], parkedTopic: String) {
      outcome.records = records.count
      let now = SystemTime.unixMicroseconds() / 1_000
      for record in records {
        if record.place.topic == parkedTopic {
          letters.append(DeadLetterRow(record, now: now))
        } else {
          add(record)
        }
      }
    }

    private mutating func add(_ record: SourceRecord) {
      do throws(RequestProblem) {
        let status = try StatusRecord(schema: record.header(RecordHeader.schema), value: record.value ?? [])
        batch.add(status)
        outcome.times.append(status.time.milliseconds)
      } catch {
        outcome.refused.append(Refusal(record: record, code: error.code.rawValue, detail: error.description))
      }
    }
  }
}
