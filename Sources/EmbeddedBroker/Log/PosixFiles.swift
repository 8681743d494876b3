import Glibc

/// The real file system.
struct PosixFiles: FileLayer {
  func open(_ path: String, create: Bool) throws(LogError) -> any LogFile {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0o640)
    guard descriptor >= 0 else { throw LogError(errno: errno, "open") }
    return PosixFile(descriptor: descriptor)
  }

  func list(_ directory: String) throws(LogError) -> [String] {
    guard let stream = unsafe opendir(directory) else { throw LogError(errno: errno, "opendir") }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  func status(_ path: String) throws(LogError) -> FileStatus {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw LogError(errno: errno, "stat") }
    let modified = Int64(status.st_mtim.tv_sec) * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    return FileStatus(size: Int(status.st_size), modified: modified)
  }

  func makeDirectory(_ path: String) throws(LogError) {
    if unsafe mkdir(path, 0o750) == 0 { return }
    switch errno {
    case EEXIST: return
    case ENOENT where path.contains("/"):
      let parent = path.parentDirectory
      guard parent != path else { throw LogError(errno: ENOENT, "mkdir") }
      try makeDirectory(parent)
      guard unsafe mkdir(path, 0o750) == 0 || errno == EEXIST else { throw LogError(errno: errno, "mkdir") }
    case let code: throw LogError(errno: code, "mkdir")
    }
  }

  func rename(_ path: String, to target: String) throws(LogError) {
    guard unsafe Glibc.rename(path, target) == 0 else { throw LogError(errno: errno, "rename") }
  }

  func remove(_ path: String) throws(LogError) {
    guard unsafe Glibc.remove(path) == 0 else { throw LogError(errno: errno, "remove") }
  }

  func syncDirectory(_ path: String) throws(LogError) {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw LogError(errno: errno, "open") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw LogError(errno: errno, "fsync") }
  }
}

extension String {
  /// The path up to its last slash; `.` for a bare name.
  var parentDirectory: String {
    guard let slash = lastIndex(of: "/") else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}

extension LogError {
  init(errno code: Int32, _ call: String) {
    let kind: Kind =
      switch code {
      case ENOSPC, EDQUOT: .noSpace
      case EROFS: .readOnly
      case ENOENT: .notFound
      default: .io
      }
    self.init(kind, "\(call): \(unsafe String(cString: strerror(code)))")
  }
}
