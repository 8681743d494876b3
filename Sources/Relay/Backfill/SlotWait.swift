import Postgres
import Runtime
import Synchronization

/// Watches a connection that makes a slot, from a thread and a connection of its own: tells which transactions PostgreSQL
/// waits for, which may take as long as they like, and ends the wait on a stop. Its own faults are no fault of the slot's.
final class SlotWait {
  private let isOver = WakeSignal()
  private let thread: OwnedThread

  private static let lookMilliseconds: Int32 = 1_000

  /// - Parameters:
  ///   - process: PostgreSQL's, of the connection that makes the slot.
  ///   - tell: hears what is waited for whenever that changes, on the thread that watches.
  init(
    _ settings: ConnectionSettings, process: Int32, canceller: QueryCanceller, stop: StopRequest,
    tell: @escaping @Sendable (NewSlot.Step) -> Void
  ) {
    let began = SystemTime.unixMicroseconds()
    thread = OwnedThread(name: "slot wait") { [isOver] in
      var connection: PostgresConnection?
      var told: String?
      let descriptors = [isOver.fileDescriptor, stop.signal.fileDescriptor]
      while !Poll.wait(descriptors, timeoutMilliseconds: Self.lookMilliseconds) {
        if connection?.isUsable != true { connection = try? PostgresConnection(settings) }
        guard let connection, let blockers = try? Blocker.of(process, connection), !blockers.isEmpty else { continue }
        let text = Blocker.describe(blockers, before: began)
        if text != told { tell(told == nil ? .waiting(text) : .waitingStill(text)) }
        told = text
      }
      // It may not have begun to wait yet: once is not enough.
      while stop.isRequested, !Poll.wait([isOver.fileDescriptor], timeoutMilliseconds: 100) { canceller.cancel() }
    }
  }

  /// The slot was made, or refused.
  func end() {
    isOver.signal()
    thread.join()
  }
}

/// A transaction that another one waits for.
struct Blocker: Equatable {
  /// PostgreSQL's process; 0 for a prepared transaction, which has none.
  var process: Int
  /// Microseconds since 2000; nil where this role may not see it.
  var begunAt: Int64?

  /// Those that a process waits for at the moment.
  static func of(_ process: Int32, _ connection: PostgresConnection) throws -> [Blocker] {
    let found = try connection.execute(
      """
      SELECT blocker, (extract(epoch FROM a.xact_start - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint
      FROM unnest(pg_blocking_pids($1::int)) AS blocker LEFT JOIN pg_stat_activity a ON a.pid = blocker ORDER BY 1
      """, [.text("\(process)")])
    return (0..<found.rowCount).map { row in
      Blocker(process: found[row, 0].flatMap { Int($0) } ?? 0, begunAt: found[row, 1].flatMap { Int64($0) })
    }
  }

  /// - Parameter began: when the slot was asked for; microseconds since 1970.
  static func describe(_ blockers: [Blocker], before began: Int64) -> String {
    let names = blockers.map { blocker in
      guard blocker.process != 0 else { return "a prepared one (see pg_prepared_xacts)" }
      return "that of process \(blocker.process)" + (blocker.begunAt.map { ", begun \(time($0))" } ?? "")
    }
    return "waiting for transactions that began before \(time(PostgresTime.now(unixMicroseconds: began))), at present "
      + "\(names.joined(separator: " and ")); PostgreSQL makes the slot when they have ended"
  }

  /// In whole seconds.
  private static func time(_ microseconds: Int64) -> String {
    String(decoding: PostgresTime.format(microseconds).prefix(19), as: UTF8.self) + "Z"
  }
}
