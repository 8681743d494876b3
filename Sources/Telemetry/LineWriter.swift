import Dispatch
import Foundation
import Glibc
import Runtime
import Synchronization

/// Writes lines to a descriptor on a thread of its own, so that nobody who logs waits for ever for a disk that hangs or
/// for a reader that does not read.
///
/// A line is written when `write` returns, as long as lines can be written within a moment. Otherwise lines wait, and
/// those for which there is no room are lost, as are those that cannot be written; how many they were is told in their
/// place as soon as a line can be written again. It lives as long as the process.
final class LineWriter: Sendable {
  struct Limits: Sendable {
    /// Of lines that wait.
    var bytes = 1 << 20
    /// For how long somebody waits for a line of his; after that nobody does until all are written.
    var patience: Duration = .seconds(1)
  }

  private struct Line: Sendable {
    let bytes: [UInt8]
    /// Lines that were lost before it for want of room.
    let droppedBefore: Int
    let ended = DispatchSemaphore(value: 0)
  }

  private struct State {
    var waiting: [Line] = []
    /// Of the lines that are not at their end, the one that is being written among them.
    var bytes = 0
    var dropped = 0
    var isStalled = false
  }

  private let descriptor: Int32
  private let limits: Limits
  private let state = Mutex(State())
  private let fresh = DispatchSemaphore(value: 0)
  private let lostLines = Atomic(0)

  init(_ descriptor: Int32, _ limits: Limits = Limits()) {
    (self.descriptor, self.limits) = (descriptor, limits)
    Self.withoutSignals { _ = OwnedThread(name: "log") { [self] in run() } }
  }

  /// Lines that are not written and never will be.
  var lost: Int { lostLines.load(ordering: .relaxed) }

  /// - Parameter text: without its line end.
  func write(_ text: String) {
    guard let (line, isStalled) = add(Array((text + "\n").utf8)) else {
      lostLines.wrappingAdd(1, ordering: .relaxed)
      return
    }
    fresh.signal()
    if isStalled { return }
    let limit = DispatchTime.now() + .milliseconds(Int(limits.patience / .milliseconds(1)))
    if line.ended.wait(timeout: limit) == .timedOut { state.withLock { $0.isStalled = $0.bytes > 0 } }
  }

  /// - Returns: nil where there is no room for it.
  private func add(_ bytes: [UInt8]) -> (line: Line, isStalled: Bool)? {
    state.withLock { state in
      guard state.bytes == 0 || state.bytes + bytes.count <= limits.bytes else {
        state.dropped += 1
        return nil
      }
      let line = Line(bytes: bytes, droppedBefore: state.dropped)
      state.waiting.append(line)
      state.bytes += bytes.count
      return (line, state.isStalled)
    }
  }

  private func run() {
    var outlet = LineOutlet(descriptor)
    while true {
      fresh.wait()
      let lines = state.withLock { state in
        defer { state.waiting = [] }
        return state.waiting
      }
      for line in lines {
        if !outlet.put(line.bytes, droppedBefore: line.droppedBefore) { lostLines.wrappingAdd(1, ordering: .relaxed) }
        state.withLock { state in
          state.bytes -= line.bytes.count
          if state.bytes == 0 { state.isStalled = false }
        }
        line.ended.signal()
      }
    }
  }

  /// A thread begins with its maker's mask, and a stop signal must reach whoever waits for it.
  private static func withoutSignals(_ body: () -> Void) {
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    body()
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}
