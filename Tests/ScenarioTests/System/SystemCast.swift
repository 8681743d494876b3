import Foundation
import Glibc
import LocalServers
import TestSupport

/// The processes of the whole system: every role, some of them twice, each started again when it is killed.
final class SystemCast {
  /// What a role is started with.
  struct Role {
    let name: String
    let arguments: [String]
  }

  private let roles: [Role]
  private var running: [DaemonProcess]
  /// How often each was killed or paused.
  private(set) var hits: [String: Int] = [:]

  init(_ roles: [Role]) throws {
    self.roles = roles
    running = []
    for role in roles { running.append(try DaemonProcess(role.arguments)) }
  }

  var count: Int { roles.count }

  func waitUntilReady() throws { for process in running { try process.waitUntilReady() } }

  func kill(_ index: Int) throws {
    hits["kill \(roles[index].name)", default: 0] += 1
    running[index].kill()
    running[index] = try DaemonProcess(roles[index].arguments)
  }

  func pause(_ index: Int) {
    hits["pause \(roles[index].name)", default: 0] += 1
    running[index].bongsu.process.signal(SIGSTOP)
  }

  func resume(_ index: Int) { running[index].bongsu.process.signal(SIGCONT) }

  func count(_ what: String) { hits[what, default: 0] += 1 }

  /// Asks all to stop, and how each that did not end well ended.
  func terminate() throws -> [String] {
    for process in running { process.bongsu.process.signal(SIGTERM) }
    return try zip(roles, running).compactMap { role, process in
      let exit = try process.waitForExit()
      return exit.isSuccess ? nil : "\(role.name): \(exit)"
    }
  }

  func end() { for process in running { process.kill() } }

  /// The most memory that each process has had.
  func residentPeaks() throws -> [(role: String, megabytes: Int)] {
    try zip(roles, running).map { role, process in
      let status = try String(contentsOfFile: "/proc/\(process.bongsu.process.id)/status", encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
      return (role.name, kilobytes >> 10)
    }
  }

  var lastWords: String {
    zip(roles, running).map { "--- \($0.name)\n\($1.lastWords)" }.joined(separator: "\n")
  }
}
