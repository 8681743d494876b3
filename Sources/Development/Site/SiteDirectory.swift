import Foundation
import Glibc
import LocalServers
import Synchronization

/// Where a site keeps everything: a directory that goes with this process, or one that stays. One process at a time.
public final class SiteDirectory: Sendable {
  /// From the root on.
  public let path: String
  public let isKept: Bool
  private let temporary: TemporaryDirectory?
  private let lock: Int32
  private let plan: Mutex<PortPlan>

  /// - Parameter kept: made when it is not there; nil for a temporary one.
  /// - Throws: `directory`, or `inUse` while another one works in it.
  public init(kept: String?) throws {
    if let kept {
      do {
        try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
      } catch { throw DevelopmentError(.directory, "\(kept) cannot be made: choose another --data") }
      path = URL(fileURLWithPath: kept).resolvingSymlinksInPath().path
      temporary = nil
    } else {
      let made = try TemporaryDirectory(prefix: "bongsu-dev")
      (path, temporary) = (made.path, made)
    }
    isKept = kept != nil
    // PostgreSQL's own user passes through, and nobody lists it.
    chmod(path, 0o711)
    lock = try Self.lock("\(path)/lock", path)
    let ports = try? String(contentsOfFile: "\(path)/ports", encoding: .utf8)
    plan = Mutex(PortPlan(text: ports ?? ""))
    try FileManager.default.createDirectory(
      atPath: "\(path)/logs", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { close(lock) }

  private static func lock(_ file: String, _ path: String) throws(DevelopmentError) -> Int32 {
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw DevelopmentError(.directory, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw DevelopmentError(.inUse, "another bongsu dev works in \(path): stop it, or give another --data")
    }
    return descriptor
  }

  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The port of a name, which it keeps from one start to the next where it can.
  public func port(_ name: String) throws -> UInt16 {
    try plan.withLock { plan in
      let port = try plan.port(name, isFree: FreePort.isFree, find: FreePort.find)
      try write("ports", plan.text)
      return port
    }
  }

  /// A file that only its owner reads.
  public func write(_ name: String, _ text: String) throws {
    let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
    guard FileManager.default.createFile(atPath: file(name), contents: Data(text.utf8), attributes: attributes) else {
      throw DevelopmentError(.directory, "\(file(name)) cannot be written")
    }
  }

  public func remove() { temporary?.remove() }
}
