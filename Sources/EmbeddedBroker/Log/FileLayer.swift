/// What went wrong with a file. The message names the call and its reason, never what a file holds.
struct LogError: Error, Equatable, CustomStringConvertible {
  enum Kind: Sendable {
    /// The disk or the quota is full: comes right when there is room.
    case noSpace
    /// The file system takes no writes.
    case readOnly
    /// No such file or directory.
    case notFound
    /// The device failed, or the call for another reason.
    case io
    /// A file that cannot be what it should be.
    case corrupt
  }

  let kind: Kind
  let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}

/// The file system as the log uses it, so that a test can take away the power. Paths are whole paths.
protocol FileLayer: Sendable {
  /// Opens for reading and appending; makes the file when `create`.
  func open(_ path: String, create: Bool) throws(LogError) -> any LogFile
  /// The names in a directory, in no order; not `.` and `..`.
  func list(_ directory: String) throws(LogError) -> [String]
  func status(_ path: String) throws(LogError) -> FileStatus
  /// Makes the directory and those above it; one that exists is well.
  func makeDirectory(_ path: String) throws(LogError)
  /// Takes the place of what `target` was.
  func rename(_ path: String, to target: String) throws(LogError)
  /// Removes a file, or an empty directory.
  func remove(_ path: String) throws(LogError)
  /// Makes the directory's own entries durable: files made, renamed and removed.
  func syncDirectory(_ path: String) throws(LogError)
}

/// An open file; it closes with its last reference. `sync` may run on another thread than the other calls.
protocol LogFile: AnyObject, Sendable {
  /// Writes all of `bytes` at the offset, which is the end of the file except after a failed write or sync.
  func write(_ bytes: RawSpan, at offset: Int) throws(LogError)
  /// Reads up to `count` bytes; fewer only at the end of the file.
  func read(_ count: Int, at offset: Int) throws(LogError) -> [UInt8]
  func truncate(to size: Int) throws(LogError)
  /// Makes what was written durable.
  func sync() throws(LogError)
}

struct FileStatus: Equatable, Sendable {
  /// In bytes.
  var size: Int
  /// When it was last written, in milliseconds since 1970.
  var modified: Int64
}
