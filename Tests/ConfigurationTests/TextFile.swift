import Foundation
import LocalServers

/// A file in a directory of its own, gone with its last reference.
final class TextFile {
  let directory: TemporaryDirectory
  let path: String

  init(_ bytes: [UInt8], name: String = "test.yaml") throws {
    directory = try TemporaryDirectory(prefix: "bongsu-configuration")
    path = directory.file(name)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  convenience init(_ text: String, name: String = "test.yaml") throws { try self.init(Array(text.utf8), name: name) }

  /// A second file beside it.
  func add(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: directory.file(name)))
  }
}
