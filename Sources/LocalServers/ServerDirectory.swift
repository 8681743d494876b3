import Foundation
import Glibc

/// Where a private server has its files: a directory that goes with this process, or one that stays.
struct ServerDirectory: Sendable {
  let path: String
  private let temporary: TemporaryDirectory?

  /// - Parameter kept: made when it is not there, and never removed; whoever still works in it when this process has
  ///   ended is ended, too.
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
    try Janitor.register(path, removes: false)
  }

  var isKept: Bool { temporary == nil }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}
