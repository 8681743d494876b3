import Foundation
import Glibc
public import LocalServers

/// A daemon that runs, or ran: `bongsu relay`, `router` and so on.
public final class DaemonProcess {
  public let bongsu: BongsuProcess
  private let name: String
  private lazy var probe = Result { try bongsu.probe() }

  /// - Parameter arguments: of `bongsu`, the role first.
  public init(_ arguments: [String], environment: [String: String] = [:]) throws {
    name = arguments.first ?? ""
    bongsu = try BongsuProcess(arguments, environment: environment)
  }

  /// One whose outputs go to `log`, so that it cannot say where it listens.
  public init(_ arguments: [String], log: String) throws {
    let port = try FreePort.find()
    name = arguments.first ?? ""
    bongsu = try BongsuProcess(arguments + ["--listen", "127.0.0.1:\(port)"], log: log)
    probe = .success(HTTPProbe(port: port))
  }

  public func waitUntilReady(within limit: Duration = .seconds(90)) throws {
    let probe = try probe.get()
    try eventually("the \(name) is ready", within: limit) { probe.isReady() }
  }

  public func metrics() throws -> Samples { try probe.get().metrics() }

  /// What `/healthz` says.
  public func isAlive() throws -> Bool { try probe.get().get("/healthz").status == 200 }

  /// The body of `/readyz` where that says that something is wrong; nil where all is well.
  public func problem() throws -> String? {
    let answer = try probe.get().get("/readyz")
    return answer.status == 200 ? nil : answer.body
  }

  /// Waits until `/readyz` names a problem with `words` in it.
  public func waitForProblem(_ words: String, within limit: Duration = .seconds(60)) throws {
    try eventually("/readyz says \(words)", within: limit) { try problem()?.contains(words) == true }
  }

  public func waitForLine(_ words: String, timeout: Duration = .seconds(60)) throws {
    try bongsu.process.waitForLine(containing: words, timeout: timeout)
  }

  /// SIGKILL; returns once it is gone.
  public func kill() { bongsu.process.stop(SIGKILL) }

  /// SIGTERM; how it ended.
  public func terminate() throws -> ChildExit {
    bongsu.process.signal(SIGTERM)
    return try waitForExit()
  }

  public func waitForExit() throws -> ChildExit {
    let exit = try bongsu.process.waitForExit(timeout: .seconds(60))
    try bongsu.process.waitForOutputEnd()
    return exit
  }

  public func stopInItsTracks() { bongsu.process.signal(SIGSTOP) }
  public func goOn() { bongsu.process.signal(SIGCONT) }

  /// Its resident memory at the highest, in bytes.
  public func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(bongsu.process.id)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
  }

  /// Whether one of its lines holds all of the words.
  public func said(_ words: String...) -> Bool { lines.contains { line in words.allSatisfy(line.contains) } }

  public var lines: [String] { bongsu.process.lines }

  /// For failures.
  public var lastWords: String {
    "\(name) \(bongsu.process.id) (\(bongsu.process.exit.map { "\($0)" } ?? "runs")):\n"
      + lines.suffix(12).joined(separator: "\n")
  }
}
