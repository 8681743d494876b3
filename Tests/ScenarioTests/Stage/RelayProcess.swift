import Foundation
import Glibc
import LocalServers
import TestSupport

/// A relay that runs, or ran.
final class RelayProcess {
  private let bongsu: BongsuProcess
  private lazy var probe = Result { try bongsu.probe() }

  init(_ bongsu: BongsuProcess) { self.bongsu = bongsu }

  func waitUntilReady(within limit: Duration = .seconds(90)) throws {
    let probe = try probe.get()
    try eventually("the relay is ready", within: limit) { probe.isReady() }
  }

  func metrics() throws -> Samples { try probe.get().metrics() }

  /// The body of `/readyz` where that says that something is wrong; nil where all is well.
  func problem() throws -> String? {
    let answer = try probe.get().get("/readyz")
    return answer.status == 200 ? nil : answer.body
  }

  /// Waits until `/readyz` names a problem with `words` in it.
  func waitForProblem(_ words: String, within limit: Duration = .seconds(60)) throws {
    try eventually("/readyz says \(words)", within: limit) { try problem()?.contains(words) == true }
  }

  func waitForLine(_ words: String, timeout: Duration = .seconds(60)) throws {
    try bongsu.process.waitForLine(containing: words, timeout: timeout)
  }

  /// SIGKILL; returns once it is gone.
  func kill() { bongsu.process.stop(SIGKILL) }

  /// SIGTERM; how it ended.
  func terminate() throws -> ChildExit {
    bongsu.process.signal(SIGTERM)
    return try waitForExit()
  }

  func waitForExit() throws -> ChildExit {
    let exit = try bongsu.process.waitForExit(timeout: .seconds(60))
    try bongsu.process.waitForOutputEnd()
    return exit
  }

  func stopInItsTracks() { bongsu.process.signal(SIGSTOP) }
  func goOn() { bongsu.process.signal(SIGCONT) }

  /// Its resident memory at the highest, in bytes.
  func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(bongsu.process.id)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
  }

  /// Whether one of its lines holds all of the words.
  func said(_ words: String...) -> Bool { lines.contains { line in words.allSatisfy(line.contains) } }

  var lines: [String] { bongsu.process.lines }

  /// For failures.
  var lastWords: String {
    "relay \(bongsu.process.id) (\(bongsu.process.exit.map { "\($0)" } ?? "runs")):\n"
      + lines.suffix(12).joined(separator: "\n")
  }
}
