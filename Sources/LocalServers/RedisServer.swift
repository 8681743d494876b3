import Foundation
import Glibc

/// A private Redis on a free port of 127.0.0.1 and on a unix socket, with an append-only file and without eviction, as
/// Bongsu wants it. It ends with this process and can be stopped, killed, paused and started again before. In a
/// directory that is kept it goes on later where it was, without a socket.
public final class RedisServer: @unchecked Sendable {
  public let port: UInt16
  private let directory: ServerDirectory
  private let settings: [String]
  private let lock = NSLock()
  private var process: ChildProcess?

  public static var isInstalled: Bool { ChildCommand.path(of: "redis-server") != nil }

  /// Returns once it accepts connections.
  /// - Parameters:
  ///   - settings: further arguments, as `["--requirepass", "secret"]`.
  ///   - kept: a directory of its own that stays; nil for one that goes with this process.
  ///   - port: nil for a free one.
  public init(settings: [String] = [], kept: String? = nil, port: UInt16? = nil) throws(LocalServerError) {
    self.port = if let port { port } else { try FreePort.find() }
    directory = try ServerDirectory(prefix: "bongsu-redis", kept: kept)
    self.settings = settings
    try start()
  }

  public var address: String { "127.0.0.1:\(port)" }
  public var socketPath: String { directory.file("redis.sock") }

  /// Starts it again on its data.
  public func start() throws(LocalServerError) {
    let socket = directory.isKept ? [] : ["--unixsocket", socketPath]
    var command = ChildCommand(
      "redis-server",
      [
        "--port", "\(port)", "--bind", "127.0.0.1", "--dir", directory.path, "--appendonly", "yes",
        "--maxmemory-policy", "noeviction", "--save", "",
      ] + socket + settings)
    command.directory = directory.path
    try directory.watch()
    let process = try ChildProcess(command)
    locked { self.process = process }
    try process.waitForLine(containing: "Ready to accept connections")
  }

  /// Stops it in order and waits until it is gone.
  public func stop() { end(SIGTERM) }

  /// Gives it no chance to do anything.
  public func kill() { end(SIGKILL) }

  /// Stops it in its tracks until `resume`; the kernel goes on taking connections for it.
  public func pause() { locked { process }?.signal(SIGSTOP) }

  public func resume() { locked { process }?.signal(SIGCONT) }

  private func end(_ signal: Int32) {
    locked { process }?.stop(signal)
    directory.release()
  }

  private func locked<T>(_ body: () -> T) -> T {
    lock.lock()
    defer { lock.unlock() }
    return body()
  }
}
