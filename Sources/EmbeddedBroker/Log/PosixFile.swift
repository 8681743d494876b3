import Glibc

/// A file by its descriptor. Every call names its offset, so that threads share no position.
final class PosixFile: LogFile {
  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  func write(_ bytes: RawSpan, at offset: Int) throws(LogError) {
    let failure = unsafe bytes.withUnsafeBytes { raw -> Int32? in
      var written = 0
      while written < raw.count {
        let rest = unsafe raw.baseAddress?.advanced(by: written)
        let count = unsafe pwrite(descriptor, rest, raw.count - written, offset + written)
        if count < 0, errno == EINTR { continue }
        // A disk that takes nothing and says nothing is full.
        guard count > 0 else { return count == 0 ? ENOSPC : errno }
        written += count
      }
      return nil
    }
    if let failure { throw LogError(errno: failure, "write") }
  }

  func read(_ count: Int, at offset: Int) throws(LogError) -> [UInt8] {
    var failure: Int32?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = unsafe buffer.baseAddress?.advanced(by: filled)
        let got = unsafe pread(descriptor, rest, count - filled, offset + filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { return }
        filled += got
      }
    }
    if let failure { throw LogError(errno: failure, "read") }
    return bytes
  }

  func truncate(to size: Int) throws(LogError) {
    guard ftruncate(descriptor, size) == 0 else { throw LogError(errno: errno, "ftruncate") }
  }

  func sync() throws(LogError) {
    guard fdatasync(descriptor) == 0 else { throw LogError(errno: errno, "fdatasync") }
  }
}
