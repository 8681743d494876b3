import Operations
import Runtime
import Synchronization
import Telemetry

/// What services did, in order.
final class Journal: Sendable {
  private let entries = Mutex<[String]>([])
  func add(_ entry: String) { entries.withLock { $0.append(entry) } }
  var all: [String] { entries.withLock { $0 } }
}

/// A service that notes what is asked of it and does as the test wants.
final class FakeService: Service {
  struct Refusal: Error, CustomStringConvertible { let description = "the slot is missing; make it" }

  let name: String
  let failed = WakeSignal()
  let stopDeadline: Duration
  private let journal: Journal
  private let refuses: Bool
  private let leavesWork: Bool
  private let reason = Mutex<String?>(nil)
  private let problems = Mutex<[String: String]>([:])
  /// What holds up `start` and `stop` until it is signalled.
  let startGate: WakeSignal?
  let stopGate: WakeSignal?

  init(
    _ name: String, _ journal: Journal, refuses: Bool = false, leavesWork: Bool = false,
    stopDeadline: Duration = .seconds(20), startGate: WakeSignal? = nil, stopGate: WakeSignal? = nil
  ) {
    (self.name, self.journal, self.refuses, self.stopDeadline) = (name, journal, refuses, stopDeadline)
    self.leavesWork = leavesWork
    (self.startGate, self.stopGate) = (startGate, stopGate)
  }

  func start() throws {
    journal.add("start \(name)")
    Self.pass(startGate)
    if refuses { throw Refusal() }
  }

  func stop(within deadline: Duration) throws {
    journal.add("stop \(name)")
    Self.pass(stopGate)
    if leavesWork { throw Refusal() }
    journal.add("stopped \(name)")
  }

  func fail(_ why: String) {
    reason.withLock { $0 = why }
    failed.signal()
  }

  var failure: String? { reason.withLock { $0 } }
  var readinessProblems: [String: String] { problems.withLock { $0 } }
  func set(readiness: [String: String]) { problems.withLock { $0 = readiness } }

  private static func pass(_ gate: WakeSignal?) {
    if let gate { _ = Poll.wait([gate.fileDescriptor], timeoutMilliseconds: 30_000) }
  }
}

/// Keeps lines for tests to look at.
final class MemorySink: LogSink {
  private let lines = Mutex<[LogLine]>([])
  func write(_ line: LogLine) { lines.withLock { $0.append(line) } }

  func value(_ key: String, of message: String) -> String? {
    lines.withLock { $0 }.first { $0.message == message }?.metadata.first { $0.key == key }?.value
  }

  func has(_ message: String) -> Bool { lines.withLock { $0 }.contains { $0.message == message } }
}
