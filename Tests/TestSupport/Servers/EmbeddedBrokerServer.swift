import Foundation
import Glibc
public import LocalServers
import Synchronization

/// `bongsu broker` as a process of its own, with its defaults, in a directory of its own.
public final class EmbeddedBrokerServer: LocalBroker {
  public let port: UInt16
  public let directory: TemporaryDirectory
  private let flags: [String]
  private let running = Mutex<ChildProcess?>(nil)

  /// - Parameters:
  ///   - port: nil takes a free one.
  ///   - advertised: the port that clients are told to connect to, as that of a proxy.
  ///   - flags: further ones of the command.
  public init(port: UInt16? = nil, advertised: UInt16? = nil, flags: [String] = []) throws {
    self.port = try port ?? FreePort.find()
    directory = try TemporaryDirectory(prefix: "bongsu-broker")
    self.flags = (advertised.map { ["--advertised", "127.0.0.1:\($0)"] } ?? []) + flags
    try start()
  }

  deinit { try? stop(kill: true) }

  public func start() throws(LocalServerError) {
    let addresses = ["--listen", "127.0.0.1:\(port)", "--http-listen", "127.0.0.1:0"]
    var command = ChildCommand(
      BongsuProcess.executable, ["broker", "--data", directory.file("data")] + addresses + flags)
    // Where it works is how the one who cleans up knows it.
    command.directory = directory.path
    let process = try ChildProcess(command)
    running.withLock { $0 = process }
    try process.waitForLine(containing: #""message":"serving""#)
  }

  public func stop(kill: Bool) throws(LocalServerError) {
    guard let process = running.withLock({ $0 }) else { return }
    process.signal(SIGCONT)
    process.signal(kill ? SIGKILL : SIGTERM)
    try process.waitForExit()
    try process.waitForOutputEnd()
    running.withLock { $0 = nil }
  }

  public func pause() { running.withLock { $0 }?.signal(SIGSTOP) }

  public func resume() { running.withLock { $0 }?.signal(SIGCONT) }

  public var isRunning: Bool { running.withLock { $0 }?.exit == nil && running.withLock { $0 } != nil }

  /// Its resident memory, in bytes.
  public func residentBytes() throws -> Int {
    let id = running.withLock { $0?.id ?? 0 }
    let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }

  /// What it has written to its log since the last start.
  public var lines: [String] { running.withLock { $0 }?.lines ?? [] }
}
