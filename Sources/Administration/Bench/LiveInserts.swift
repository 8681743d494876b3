import Postgres
import Runtime
import Synchronization

/// Writers with a connection and a thread each, which insert rows by a schedule, one a transaction.
final class LiveInserts: Sendable {
  private struct State {
    var ready = 0
    var startsAt: Int64 = 0
    var finished = 0
    var endedAt: Int64 = 0
    var microseconds: [Int64] = []
    var failure: (any Error)?
  }

  private let schedule: InsertSchedule
  private let statement: String
  private let state = Mutex(State())
  private let go = WakeSignal()
  private let stopped = WakeSignal()
  private let threads = Mutex<[OwnedThread]>([])

  init(_ schedule: InsertSchedule, table: String) {
    self.schedule = schedule
    statement = BenchPayload.insert(into: table)
  }

  /// Connects; nothing is inserted before `start`.
  func connect(_ settings: ConnectionSettings) {
    threads.withLock {
      $0 = (0..<schedule.writers).map { writer in
        OwnedThread(name: "insert \(writer)") { [self] in
          let result = Result { try write(settings, writer) }
          state.withLock { state in
            if case .failure(let error) = result { state.failure = state.failure ?? error }
            state.finished += 1
            state.endedAt = SystemTime.monotonicNanoseconds()
          }
        }
      }
    }
  }

  /// - Throws: the first writer's reason to give up.
  var isReady: Bool { get throws { try look { $0.ready == schedule.writers } } }
  var isOver: Bool { get throws { try look { $0.finished == schedule.writers } } }

  private func look(_ question: (State) -> Bool) throws -> Bool {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return question(state)
    }
  }

  func start() {
    state.withLock { $0.startsAt = SystemTime.monotonicNanoseconds() }
    go.signal()
  }

  /// Ends all writers after the row that each is at.
  func stop() {
    stopped.signal()
    for thread in threads.withLock({ $0 }) { thread.join(timeoutMilliseconds: 30_000) }
  }

  /// How long each insert took, and all of them together.
  var outcome: (microseconds: [Int64], seconds: Double) {
    state.withLock { ($0.microseconds, Double($0.endedAt - $0.startsAt) / 1e9) }
  }

  private func write(_ settings: ConnectionSettings, _ writer: Int) throws {
    let connection = try PostgresConnection(settings)
    // The first statement of a connection reads the catalogue; what is rolled back is never sent.
    try connection.run(script: "BEGIN")
    try insert(connection, writer)
    try connection.run(script: "ROLLBACK")
    state.withLock { $0.ready += 1 }
    _ = Poll.wait([go.fileDescriptor, stopped.fileDescriptor], timeoutMilliseconds: -1)
    let startsAt = state.withLock { $0.startsAt }
    var microseconds: [Int64] = []
    for row in schedule.rows(of: writer) {
      guard waits(until: startsAt + schedule.due(row)) else { break }
      let before = SystemTime.monotonicNanoseconds()
      try insert(connection, row)
      microseconds.append((SystemTime.monotonicNanoseconds() - before) / 1_000)
    }
    state.withLock { $0.microseconds += microseconds }
  }

  /// The stamp is this process's monotonic clock, by which the record's arrival is measured too.
  private func insert(_ connection: PostgresConnection, _ row: Int) throws {
    let stamp = SystemTime.monotonicNanoseconds() / 1_000
    try connection.execute(statement, [.text("user-\(row % 100_000)"), .text("\(stamp)")])
  }

  /// - Returns: false when it was stopped meanwhile.
  private func waits(until moment: Int64) -> Bool {
    while true {
      let left = moment - SystemTime.monotonicNanoseconds()
      if Poll.wait([stopped.fileDescriptor], nanoseconds: left) { return false }
      if left <= 0 { return true }
    }
  }
}
