import Foundation
import Glibc

/// A private Redis on a free port of 127.0.0.1, with an append-only file and without eviction, as Bongsu wants it.
public final class RedisServer: Sendable {
  public let port: UInt16
  private let directory: TemporaryDirectory
  private let process: ChildProcess

  public static var isInstalled: Bool { ChildCommand.path(of: "redis-server") != nil }

  /// Returns once it accepts connections.
  public init() throws(LocalServerError) {
    port = try FreePort.find()
    directory = try TemporaryDirectory(prefix: "bongsu-redis")
    var command = ChildCommand(
      "redis-server",
      [
        "--port", "\(port)", "--bind", "127.0.0.1", "--dir", directory.path, "--appendonly", "yes",
        "--maxmemory-policy", "noeviction", "--save", "",
      ])
    command.directory = directory.path
    process = try ChildProcess(command)
    try process.waitForLine(containing: "Ready to accept connections")
  }

  public var address: String { "127.0.0.1:\(port)" }

  /// Stops it in order and waits until it is gone.
  public func stop() { process.stop(SIGTERM) }
}
