import Foundation
import Glibc
public import LocalServers
public import Operations
public import Runtime
import Synchronization
public import Telemetry

/// A role as a child process with a log of its own. When it ends by itself it is started again, with back-off.
public final class ChildService: Service {
  public let role: DevRole
  public var name: String { role.name }
  public let failed = WakeSignal()
  public var failure: String? { nil }
  private let command: @Sendable () -> ChildCommand
  private let waits: Bool
  private let log: RoleLog
  private let pages: LocalPages
  private let logger: Logger
  private let say: @Sendable (String) -> Void
  private let stopping = WakeSignal()
  private let state = Mutex(State())
  private let thread = Mutex<OwnedThread?>(nil)

  private struct State {
    var problem: String? = "starting"
    var port: UInt16?
    var starts = 0
    var child: ChildProcess?
    var onRestart: (@Sendable () -> Void)?
  }

  /// How long a role may take until it says that it is at work. Groups of consumers need some seconds.
  private static let startDeadline: Duration = .seconds(90)
  /// One that ran as long as this and ended is not one that cannot start.
  private static let settled: Duration = .seconds(20)
  /// Until it is given up where others wait for it.
  private static let startsAtMost = 3
  private static let look: Duration = .milliseconds(50)

  /// - Parameters:
  ///   - waits: whether `start` returns only once the role is at work, as others need it.
  ///   - command: asked for at each start.
  ///   - say: tells the person at the terminal.
  public init(
    _ role: DevRole, waits: Bool, log: RoleLog, pages: LocalPages, logger: Logger,
    say: @escaping @Sendable (String) -> Void, command: @escaping @Sendable () -> ChildCommand
  ) {
    (self.role, self.waits, self.log, self.pages) = (role, waits, log, pages)
    (self.logger, self.say, self.command) = (logger, say, command)
  }

  /// Where it answers at present, and how often it was started; nil while it does not run.
  public var place: (port: UInt16, starts: Int)? {
    state.withLock { state in state.port.map { ($0, state.starts) } }
  }

  /// Called once it runs again and is at work, on its supervisor's thread.
  var onRestart: (@Sendable () -> Void)? {
    get { state.withLock { $0.onRestart } }
    set { state.withLock { $0.onRestart = newValue } }
  }

  /// Ends it in order; its supervisor starts it again.
  func startAnew() { state.withLock { $0.child }?.signal(SIGTERM) }

  public func start() throws {
    let child = try launch()
    if waits { try waitUntilReady(child) }
    let supervisor = OwnedThread(name: "child \(name)") { [self] in supervise(child) }
    thread.withLock { $0 = supervisor }
  }

  private func launch() throws -> ChildProcess {
    var command = command()
    command.deathSignal = "TERM"
    command.onLine = { [log, weak self] line in
      log.write(line)
      guard let self, let port = ListeningLine.port(in: line) else { return }
      state.withLock { $0.port = port }
    }
    state.withLock { $0.starts += 1 }
    let child = try ChildProcess(command)
    state.withLock { $0.child = child }
    logger.info("child started", ["child": name, "pid": "\(child.id)"])
    return child
  }

  /// - Throws: why it is not at work, with its last lines; it is gone then.
  public func waitUntilReady() throws {
    try waitUntilReady(nil)
  }

  private func waitUntilReady(_ child: ChildProcess?) throws {
    let deadline = ContinuousClock.now + Self.startDeadline
    var answer = "it does not say where it listens"
    while ContinuousClock.now < deadline {
      if let port = place?.port, let page = pages.ask("/readyz", port: port) {
        if page.status == 200 { return state.withLock { $0.problem = nil } }
        answer = page.body.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      if let exit = child?.exit {
        try? child?.waitForOutputEnd(timeout: .seconds(5))
        throw problem("ended with \(exit)")
      }
      if state.withLock(\.starts) > Self.startsAtMost { throw problem("does not start") }
      let descriptors = [stopping.fileDescriptor] + (child.map { [$0.exitSignal.fileDescriptor] } ?? [])
      let ready = Poll.ready(descriptors, timeoutMilliseconds: Int32(Self.look / .milliseconds(1)))
      if ready.contains(stopping.fileDescriptor) { throw DevelopmentError(.role, "\(name) was stopped") }
    }
    child?.stop(SIGTERM)
    throw problem("is not at work: \(answer)")
  }

  private func problem(_ what: String) -> DevelopmentError {
    let words = log.tail.suffix(8).map { "  \($0)" }
    return DevelopmentError(
      .role, (["\(name) \(what); \(log.path) ends with"] + words).joined(separator: "\n"))
  }

  /// Keeps it running until a stop.
  private func supervise(_ first: ChildProcess) {
    var child: ChildProcess? = first
    var backoff = Backoff()
    var random = SystemRandomNumberGenerator()
    var begun = ContinuousClock.now
    while true {
      if let running = child, !wait(for: running) { return end(running) }
      if ContinuousClock.now - begun > Self.settled { backoff.reset() }
      let delay = backoff.next(using: &random)
      note(child?.exit, delay)
      if Poll.wait([stopping.fileDescriptor], timeoutMilliseconds: Int32(delay / .milliseconds(1))) { return }
      begun = .now
      child = try? launch()
      if let child, let again = onRestart, (try? waitUntilReady(child)) != nil { again() }
    }
  }

  /// Until it ends; on the way it notes whether it is at work.
  /// - Returns: false for a stop.
  private func wait(for child: ChildProcess) -> Bool {
    let descriptors = [stopping.fileDescriptor, child.exitSignal.fileDescriptor]
    while true {
      let ready = Poll.ready(descriptors, timeoutMilliseconds: 1_000)
      if ready.contains(stopping.fileDescriptor) { return false }
      if !ready.isEmpty { return true }
      refresh()
    }
  }

  private func refresh() {
    guard let port = place?.port else { return }
    let status = pages.ask("/readyz", port: port)?.status
    let problem: String? = status == 200 ? nil : status == nil ? "does not answer" : "is not at work"
    state.withLock { $0.problem = problem }
  }

  private func end(_ child: ChildProcess) {
    child.stop(SIGTERM, timeout: stopDeadline)
    logger.info("child stopped", ["child": name, "exit": child.exit.map { "\($0)" } ?? "?"])
  }

  private func note(_ exit: ChildExit?, _ delay: Duration) {
    let why = exit.map { "ended with \($0)" } ?? "did not start"
    state.withLock { ($0.problem, $0.port) = (why, nil) }
    let milliseconds = Int(delay / .milliseconds(1))
    logger.warning("child starts again", ["child": name, "reason": why, "milliseconds": "\(milliseconds)"])
    // A kill needs no words; what it says of itself does.
    var lines = ["\(name) \(why); starts again in \(milliseconds) ms"]
    if case .code? = exit { lines += log.tail.suffix(5).map { "  \($0)" } }
    say(lines.joined(separator: "\n"))
  }

  public func stop(within deadline: Duration) throws {
    stopping.signal()
    let limit = Int32((deadline + .seconds(3)) / .milliseconds(1))
    guard thread.withLock({ $0 })?.join(timeoutMilliseconds: limit) == false else { return }
    throw DevelopmentError(.timeout, "\(name) still runs")
  }

  public var stopDeadline: Duration { .seconds(15) }
  public var readinessProblems: [String: String] { state.withLock { $0.problem.map { [name: $0] } ?? [:] } }
}
