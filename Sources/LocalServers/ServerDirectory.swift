import Foundation
import Glibc

/// Where a private server has its files: a directory that goes with this process, or one that stays.
struct ServerDirectory: Sendable {
  let path: String
  private let temporary: TemporaryDirectory?

  /// - Parameter kept: made when it is not there, and never removed.
  init(prefix: String, kept: String?) throws(LocalServerError) {
    guard let kept else {
      let made = try TemporaryDirectory(prefix: prefix)
      (path, temporary) = (made.path, made)
      return
    }
    do {
      try FileManager.default.createDirectory(
        atPath: kept, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
    } catch { throw LocalServerError(.system, "cannot make the directory \(kept)") }
    path = URL(fileURLWithPath: kept).resolvingSymlinksInPath().path
    temporary = nil
  }

  /// To be called before a server starts in it: whoever still works in a directory that is kept when this process has
  /// ended is ended, too.
  func watch() throws(LocalServerError) { if isKept { try Janitor.register(path, removes: false) } }

  /// To be called when it has stopped: the next one may be another process's.
  func release() { if isKept { Janitor.forget(path) } }

  var isKept: Bool { temporary == nil }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}
