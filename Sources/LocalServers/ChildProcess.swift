import CLinux
import Foundation
import Glibc
public import Runtime

/// A child process that ends with this one, however this one ends, and with its last reference.
///
/// Both outputs are read on a thread of its own and kept as lines. Waiting blocks the calling thread, always with a
/// deadline.
public final class ChildProcess: Sendable {
  /// Its process id, which is also its process group's.
  public let id: Int32
  private let name: String
  private let state: ChildState
  private let reader: OwnedThread

  /// - Throws: `notInstalled` when the program is not there, `system` when the kernel refuses. A wrong user or an
  ///   unreadable directory shows as the child's exit.
  public init(_ command: ChildCommand) throws(LocalServerError) {
    let output = try Pipe()
    let error = try Pipe()
    let environment = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
    var spawn = Spawn(arguments: try command.line(), environment: environment, directory: command.directory)
    spawn.standardOutput = output.writing
    spawn.standardError = error.writing
    id = try spawn.start()
    name = command.executable
    let state = ChildState(onLine: command.onLine)
    self.state = state
    let body = OutputReader(
      process: id, processDescriptor: pidfd_open(id, 0), standardOutput: output.takeReading(),
      standardError: error.takeReading(), onStandardOutput: command.onStandardOutput, state: state)
    reader = OwnedThread(name: "child \(id)") { body.run() }
  }

  deinit { signal(SIGKILL) }

  /// Sends a signal; false when it has ended already.
  @discardableResult
  public func signal(_ signal: Int32) -> Bool { state.signal(id, signal) }

  /// Readable in `poll` once it has ended.
  public var exitSignal: WakeSignal { state.exitSignal }

  /// How it ended; nil while it runs.
  public var exit: ChildExit? { state.currentExit }

  /// - Throws: `timeout`; the child is left as it is.
  @discardableResult
  public func waitForExit(timeout: Duration = .seconds(30)) throws(LocalServerError) -> ChildExit {
    if let exit = state.wait(timeout, { $0.exit }) { return exit }
    throw LocalServerError(.timeout, "\(name) still runs after \(timeout)\n\(tail)")
  }

  /// Waits until nobody holds its outputs any more, its children included.
  public func waitForOutputEnd(timeout: Duration = .seconds(30)) throws(LocalServerError) {
    if state.wait(timeout, { $0.outputEnded ? true : nil }) == nil {
      throw LocalServerError(.timeout, "something that \(name) started still runs after \(timeout)\n\(tail)")
    }
  }

  /// Ends it: `signal`, and SIGKILL when that has no effect in time.
  public func stop(_ signal: Int32 = 15, timeout: Duration = .seconds(10)) {
    self.signal(signal)
    if (try? waitForExit(timeout: timeout)) != nil { return }
    self.signal(SIGKILL)
    _ = try? waitForExit()
  }
}

extension ChildProcess {
  /// The lines of both outputs so far, in the order they were read.
  public var lines: [String] { state.allLines }

  /// How many lines there were; where `waitForLine(after:)` can go on.
  public var lineCount: Int { state.lineCount }

  /// Waits for a line, those already read included, from number `mark` on.
  /// - Throws: `didNotStart` when it ended without one, `timeout`.
  @discardableResult
  public func waitForLine(
    after mark: Int = 0, timeout: Duration = .seconds(30), where matches: (String) -> Bool
  ) throws(LocalServerError) -> String {
    let found: String?? = state.wait(timeout, from: mark) { snapshot in
      if let line = snapshot.lines.first(where: matches) { return .some(line) }
      return snapshot.outputEnded ? .some(nil) : nil
    }
    guard let found else { throw LocalServerError(.timeout, "\(name) did not say it within \(timeout)\n\(tail)") }
    if let line = found { return line }
    throw LocalServerError(.didNotStart, "\(name) ended with \(exit.map(String.init(describing:)) ?? "?")\n\(tail)")
  }

  /// The same for a part of a line.
  @discardableResult
  public func waitForLine(
    containing part: String, after mark: Int = 0, timeout: Duration = .seconds(30)
  ) throws(LocalServerError) -> String {
    try waitForLine(after: mark, timeout: timeout) { $0.contains(part) }
  }

  /// Its last words, for error messages.
  var tail: String { lines.suffix(20).joined(separator: "\n") }

  /// Runs a command to its end.
  /// - Returns: its lines.
  /// - Throws: `didNotStart` with its last lines when it fails.
  @discardableResult
  public static func run(_ command: ChildCommand, timeout: Duration = .seconds(60)) throws(LocalServerError) -> [String]
  {
    let child = try ChildProcess(command)
    let exit = try child.waitForExit(timeout: timeout)
    try child.waitForOutputEnd(timeout: timeout)
    guard exit.isSuccess else {
      throw LocalServerError(.didNotStart, "\(command.executable) failed with \(exit)\n\(child.tail)")
    }
    return child.lines
  }
}
