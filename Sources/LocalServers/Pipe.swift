import CLinux
import Glibc

/// A pipe whose ends are closed with it, and by exec.
struct Pipe: ~Copyable {
  private(set) var reading: Int32
  let writing: Int32

  init() throws(LocalServerError) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else {
      throw LocalServerError(.system, "no pipe: \(String(cString: strerror(errno)))")
    }
    (reading, writing) = (ends[0], ends[1])
  }

  /// Gives the reading end away.
  consuming func takeReading() -> Int32 {
    let descriptor = reading
    reading = -1
    return descriptor
  }

  deinit {
    if reading >= 0 { close(reading) }
    close(writing)
  }
}
