/// A small file of ours that is replaced as a whole: what is there is the old or the new text, also after a loss of
/// power, and its checksum tells damage. The checksum is its last four bytes.
enum AtomicFile {
  static let suffix = ".tmp"

  static func replace(_ path: String, with content: [UInt8], files: some FileLayer) throws(LogError) {
    let temporary = path + suffix
    let file = try files.open(temporary, create: true)
    try file.truncate(to: 0)
    var bytes = content
    bytes.append(integer: CRC32C.checksum(content.raw))
    try file.write(bytes.raw, at: 0)
    try file.sync()
    try files.rename(temporary, to: path)
    try files.syncDirectory(path.parentDirectory)
  }

  /// - Returns: nil when there is no such file.
  /// - Throws: `corrupt` when its checksum is wrong.
  static func content(_ path: String, files: some FileLayer) throws(LogError) -> [UInt8]? {
    let file: any LogFile
    do {
      file = try files.open(path, create: false)
    } catch  where error.kind == .notFound {
      return nil
    }
    var bytes = try file.read(files.status(path).size, at: 0)
    guard bytes.count >= 4 else { throw LogError(.corrupt, "a file of the broker is cut short") }
    let checksum = bytes.integer(UInt32.self, at: bytes.count - 4)
    bytes.removeLast(4)
    guard CRC32C.checksum(bytes.raw) == checksum else {
      throw LogError(.corrupt, "a file of the broker has a wrong checksum")
    }
    return bytes
  }
}
