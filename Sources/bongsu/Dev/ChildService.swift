import Foundation
import Glibc
import LocalServers
import Operations
import Runtime
import Synchronization
import Telemetry

/// A role as a child process. When it ends by itself it is started again, with back-off.
final class ChildService: Service {
  let name: String
  let failed = WakeSignal()
  private let command: @Sendable () -> ChildCommand
  /// A part of the line by which it says that it works.
  private let readyWords: String
  private let onReady: @Sendable () -> Void
  private let logger: Logger
  private let stopping = WakeSignal()
  private let state = Mutex(State())
  private let thread = Mutex<OwnedThread?>(nil)

  private struct State {
    var problem: String? = "starting"
    var failure: String?
  }

  /// - Parameter command: asked for at each start, once those before it have started.
  init(
    _ name: String, logger: Logger, readyWords: String, command: @escaping @Sendable () -> ChildCommand,
    onReady: @escaping @Sendable () -> Void = {}
  ) {
    (self.name, self.logger, self.readyWords, self.command) = (name, logger, readyWords, command)
    self.onReady = onReady
  }

  func start() throws {
    let child = try launch()
    onReady()
    let supervisor = OwnedThread(name: "child \(name)") { [self] in supervise(child) }
    thread.withLock { $0 = supervisor }
  }

  /// Returns once it says that it works.
  private func launch() throws -> ChildProcess {
    var command = command()
    command.deathSignal = "TERM"
    command.directory = FileManager.default.currentDirectoryPath
    command.onLine = { FileHandle.standardError.write(Data("\($0)\n".utf8)) }
    let child = try ChildProcess(command)
    try child.waitForLine(containing: readyWords)
    state.withLock { $0.problem = nil }
    return child
  }

  /// Keeps it running until a stop.
  private func supervise(_ first: ChildProcess) {
    var child: ChildProcess? = first
    var backoff = Backoff()
    var random = SystemRandomNumberGenerator()
    while true {
      if let running = child, !wait(for: running) { return running.stop(SIGTERM, timeout: stopDeadline) }
      let delay = backoff.next(using: &random)
      note(child?.exit, delay)
      if Poll.wait([stopping.fileDescriptor], timeoutMilliseconds: Int32(delay / .milliseconds(1))) { return }
      child = try? launch()
      if child != nil { backoff.reset() }
    }
  }

  /// - Returns: false for a stop.
  private func wait(for child: ChildProcess) -> Bool {
    let descriptors = [stopping.fileDescriptor, child.exitSignal.fileDescriptor]
    return !Poll.ready(descriptors, timeoutMilliseconds: -1).contains(stopping.fileDescriptor)
  }

  private func note(_ exit: ChildExit?, _ delay: Duration) {
    let why = exit.map { "ended with \($0)" } ?? "did not start"
    state.withLock { $0.problem = why }
    logger.warning(
      "child starts again", ["child": name, "reason": why, "milliseconds": "\(Int(delay / .milliseconds(1)))"])
  }

  func stop(within deadline: Duration) throws {
    stopping.signal()
    let limit = Int32((deadline + .seconds(5)) / .milliseconds(1))
    guard thread.withLock({ $0 })?.join(timeoutMilliseconds: limit) == false else { return }
    throw LocalServerError(.timeout, "\(name) still runs")
  }

  var stopDeadline: Duration { .seconds(20) }
  var failure: String? { state.withLock { $0.failure } }
  var readinessProblems: [String: String] { state.withLock { $0.problem.map { [name: $0] } ?? [:] } }
}
