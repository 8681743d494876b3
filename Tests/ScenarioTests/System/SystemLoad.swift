import Postgres
import Runtime
import Synchronization
import TestSupport

/// A service that commits and rolls back orders at a pace, whatever becomes of PostgreSQL. What was committed, only the
/// outbox's table knows.
final class SystemLoad: Sendable {
  private let pace: LoadPace
  private let thread: OwnedThread

  /// - Parameter perSecond: events; fewer where PostgreSQL is slower or away.
  init(_ settings: ConnectionSettings, events: Int, perSecond: Int) {
    let pace = LoadPace(events: events, perSecond: perSecond)
    self.pace = pace
    thread = OwnedThread(name: "service") { pace.run(settings) }
  }

  var isOver: Bool { pace.isOver }

  /// Ends it before its time.
  func stop() {
    pace.stop()
    thread.join()
  }
}

private final class LoadPace: Sendable {
  private let events: Int
  private let perSecond: Int
  private let ended = WakeSignal()
  private let written = Atomic(0)
  private let isStopped = Atomic(false)

  private static let perTransaction = 5
  /// Orders that are rolled back have numbers from here on.
  private static let rolledBack = 1_000_000

  init(events: Int, perSecond: Int) { (self.events, self.perSecond) = (events, perSecond) }

  var isOver: Bool { isStopped.load(ordering: .relaxed) || written.load(ordering: .relaxed) >= events }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    ended.signal()
  }

  func run(_ settings: ConnectionSettings) {
    let start = SystemTime.monotonicNanoseconds()
    while !isOver {
      guard let connection = try? PostgresConnection(settings) else {
        _ = Poll.wait([ended.fileDescriptor], timeoutMilliseconds: 50)
        continue
      }
      // A transaction whose end was not heard is not repeated: its orders are there or not, and never twice.
      while !isOver, (try? connection.run(script: transaction())) != nil { keepPace(start) }
    }
  }

  private func transaction() -> String {
    let first = written.add(Self.perTransaction, ordering: .relaxed).oldValue
    let orders = (first..<first + Self.perTransaction).map(SystemFixture.enqueue)
    let lost = SystemFixture.enqueue(Self.rolledBack + first)
    return (["BEGIN"] + orders + ["COMMIT", "BEGIN", lost, "ROLLBACK"]).joined(separator: ";")
  }

  private func keepPace(_ start: Int64) {
    let due = start + Int64(written.load(ordering: .relaxed)) * 1_000_000_000 / Int64(perSecond)
    let left = (due - SystemTime.monotonicNanoseconds()) / 1_000_000
    if left > 0 { _ = Poll.wait([ended.fileDescriptor], timeoutMilliseconds: Int32(clamping: left)) }
  }
}
