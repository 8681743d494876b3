import Foundation
import Glibc

/// A directory that is removed with its last reference, and at the latest when this process has ended.
public final class TemporaryDirectory: Sendable {
  public let path: String

  /// Makes one below TMPDIR or /tmp, which others may pass through but not list.
  public init(prefix: String = "bongsu") throws(LocalServerError) {
    let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    var template = Array("\(base)/\(prefix)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw LocalServerError(.system, "no directory in \(base): \(String(cString: strerror(errno)))")
    }
    let made = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = URL(fileURLWithPath: made).resolvingSymlinksInPath().path
    chmod(path, 0o711)
    try Janitor.register(path, removes: true)
  }

  deinit { remove() }

  /// Removes it with all it holds.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file or folder in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
