import Foundation

/// A Redis of the benchmark's own on a unix socket, as Bongsu wants it.
final class PrivateRedis {
  let socket: String
  private let process: Child

  init(_ setting: Setting) throws {
    socket = setting.scratch + "/redis.sock"
    process = try Child([
      "redis-server", "--port", "0", "--unixsocket", socket, "--dir", setting.scratch, "--appendonly", "yes", "--save",
      "", "--maxmemory-policy", "noeviction", "--daemonize", "no",
    ])
    let socket = socket
    guard eventually(by: .now + .seconds(10), { FileManager.default.fileExists(atPath: socket) }) else {
      throw BenchmarkError("Redis does not start")
    }
  }

  func stop() { _ = process.stop() }
}
