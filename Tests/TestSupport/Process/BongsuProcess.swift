import Foundation
public import LocalServers

/// The built `bongsu`, run as a process of its own: what an operator has.
public final class BongsuProcess: Sendable {
  public let process: ChildProcess

  /// Lies beside the test bundle.
  public static let executable: String = {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let beside = own.appendingPathComponent("bongsu").path
    return FileManager.default.isExecutableFile(atPath: beside) ? beside : Repository.file(".build/debug/bongsu")
  }()

  /// - Parameter log: a path that both of its outputs go to, unseen by this process.
  public init(_ arguments: [String], environment: [String: String] = [:], log: String? = nil) throws {
    var command = ChildCommand(Self.executable, arguments)
    command.environment = environment
    if let log {
      command = ChildCommand("sh", ["-c", #"exec "$0" "$@" >> "$LOG" 2>&1"#, Self.executable] + arguments)
      command.environment = environment.merging(["LOG": log]) { $1 }
    }
    command.directory = Repository.path
    process = try ChildProcess(command)
  }

  /// Runs it to its end.
  public static func run(
    _ arguments: [String], environment: [String: String] = [:], timeout: Duration = .seconds(60)
  ) throws -> (exit: ChildExit, lines: [String]) {
    let bongsu = try BongsuProcess(arguments, environment: environment)
    let exit = try bongsu.process.waitForExit(timeout: timeout)
    try bongsu.process.waitForOutputEnd()
    return (exit, bongsu.process.lines)
  }

  /// What the daemon answers; waits until it says where.
  public func probe() throws -> HTTPProbe {
    let line = try process.waitForLine { $0.contains(#""message":"listening""#) }
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    guard let port = (object?["port"] as? String).flatMap(UInt16.init) else {
      throw NeverHappened(description: "no port in: \(line)")
    }
    return HTTPProbe(port: port)
  }
}
