import Glibc

/// Reads small text files.
enum FileText {
  /// Why a file could not be read: words without the file's content.
  struct Fault: Error {
    var reason: String
  }

  /// The bytes of a file (or pipe) of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws(Fault) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Fault(reason: reason(errno)) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Fault(reason: reason(errno)) }
      if count == 0 { return bytes }
      bytes += chunk.prefix(count)
      guard bytes.count <= limit else { throw Fault(reason: "larger than \(ByteSize.text(limit))") }
    }
  }

  /// A path as written in a file that lies in `folder`.
  static func resolve(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
  }

  /// The folder of a path, or nothing when it has none.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]).isEmpty ? "/" : String(path[..<$0]) } ?? ""
  }

  private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
