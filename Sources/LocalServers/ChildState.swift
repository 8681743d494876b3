import Foundation
import Glibc
import Runtime

/// What is known of a child: its lines so far and how it ended. Written by its reading thread, read by any.
final class ChildState: @unchecked Sendable {
  /// Readable once the child has ended.
  let exitSignal = WakeSignal()
  private let onLine: (@Sendable (String) -> Void)?
  private let condition = NSCondition()
  private var lines: [String] = []
  private var dropped = 0
  private var exit: ChildExit?
  private var outputEnded = false

  /// Enough for every server's start and a test's talk; older lines are forgotten.
  private static let limit = 50_000

  init(onLine: (@Sendable (String) -> Void)?) { self.onLine = onLine }

  func append(_ line: String) {
    onLine?(line)
    change {
      lines.append(line)
      if lines.count > Self.limit {
        lines.removeFirst(Self.limit / 2)
        dropped += Self.limit / 2
      }
    }
  }

  func endOutput() { change { outputEnded = true } }

  /// Reaps under the lock, so that `signal` never hits a process that got the number afterwards.
  func reap(_ process: pid_t) {
    change {
      var status: Int32 = 0
      guard exit == nil, waitpid(process, &status, 0) == process else { return }
      exit = ChildExit(waitStatus: status)
    }
    exitSignal.signal()
  }

  func signal(_ process: pid_t, _ signal: Int32) -> Bool { locked { exit == nil && kill(process, signal) == 0 } }

  var currentExit: ChildExit? { locked { exit } }
  var allLines: [String] { locked { lines } }
  var lineCount: Int { locked { dropped + lines.count } }

  /// Blocks until `found` answers or the deadline passes. `found` gets the lines from number `start` on.
  func wait<T>(_ timeout: Duration, from start: Int = 0, _ found: (Snapshot) -> T?) -> T? {
    let deadline = Date(timeIntervalSinceNow: timeout / .seconds(1))
    condition.lock()
    defer { condition.unlock() }
    var seen = start
    while true {
      let fresh = lines.dropFirst(max(0, seen - dropped))
      if let answer = found(Snapshot(lines: fresh, exit: exit, outputEnded: outputEnded)) { return answer }
      seen = dropped + lines.count
      if !condition.wait(until: deadline) { return nil }
    }
  }

  struct Snapshot {
    /// Those not yet shown to this waiter.
    let lines: ArraySlice<String>
    let exit: ChildExit?
    let outputEnded: Bool
  }

  private func change(_ body: () -> Void) {
    locked(body)
    condition.broadcast()
  }

  private func locked<T>(_ body: () -> T) -> T {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }
}
