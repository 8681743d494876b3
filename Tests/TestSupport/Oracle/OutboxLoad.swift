public import Postgres
import Runtime
import Synchronization

/// Services under load: writers that commit and roll back transactions with events, each on a thread and connection
/// of its own, until they are stopped. A server that goes away is waited for.
public final class OutboxLoad: Sendable {
  private let progress = LoadProgress()
  private let threads: [OwnedThread]

  /// - Parameters:
  ///   - pauseMilliseconds: between two transactions of a writer.
  ///   - seed: of every choice.
  ///   - table: nil goes through `outbox.enqueue`, which chooses among several tables.
  public init(
    _ settings: ConnectionSettings, writers: Int = 2, pauseMilliseconds: Int32 = 2, seed: UInt64,
    table: String? = "outbox.event"
  ) {
    threads = (0..<writers).map { [progress] number in
      OwnedThread(name: "writer \(number)") {
        var script = LoadScript(writer: number, seed: seed, table: table)
        Writer(settings, pauseMilliseconds: pauseMilliseconds, progress: progress).run(&script)
      }
    }
  }

  /// Transactions committed so far, as far as the writers know.
  public var commits: Int { progress.commits }

  /// Waits until that many more are committed.
  public func wait(commits more: Int, within limit: Duration = .seconds(60)) throws {
    let goal = commits + more
    try eventually("\(more) more transactions", within: limit) { commits >= goal }
  }

  /// Ends the writers, each behind a whole transaction.
  public func stop() {
    progress.end()
    for thread in threads { thread.join() }
  }
}

/// What writers and their owner share.
final class LoadProgress: Sendable {
  let ended = WakeSignal()
  private let count = Atomic(0)
  private let over = Atomic(false)

  var commits: Int { count.load(ordering: .relaxed) }
  var isOver: Bool { over.load(ordering: .relaxed) }

  func committed() { count.add(1, ordering: .relaxed) }

  func end() {
    over.store(true, ordering: .relaxed)
    ended.signal()
  }
}

/// One writer: transaction after transaction, over as many connections as it takes.
private struct Writer {
  let settings: ConnectionSettings
  let pauseMilliseconds: Int32
  let progress: LoadProgress

  init(_ settings: ConnectionSettings, pauseMilliseconds: Int32, progress: LoadProgress) {
    self.settings = settings
    self.pauseMilliseconds = pauseMilliseconds
    self.progress = progress
  }

  func run(_ script: inout LoadScript) {
    while !progress.isOver {
      guard let connection = try? PostgresConnection(settings) else {
        _ = Poll.wait([progress.ended.fileDescriptor], timeoutMilliseconds: 50)
        continue
      }
      // Whether the last transaction was committed when the connection broke, only the table knows.
      while !progress.isOver, (try? connection.run(script: script.nextTransaction())) != nil {
        if script.lastCommits { progress.committed() }
        _ = Poll.wait([progress.ended.fileDescriptor], timeoutMilliseconds: pauseMilliseconds)
      }
    }
  }
}
