import CLinux
import Glibc
import Runtime

/// A process that this one did not make, as a server that detached itself.
struct ForeignProcess {
  let id: Int32

  func signal(_ signal: Int32) { kill(id, signal) }

  /// Blocks until it is gone.
  func waitForEnd(timeout: Duration) throws(LocalServerError) {
    let descriptor = pidfd_open(id, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let milliseconds = Int32(timeout / .milliseconds(1))
    guard Poll.wait([descriptor], timeoutMilliseconds: milliseconds) else {
      throw LocalServerError(.timeout, "process \(id) still runs after \(timeout)")
    }
  }
}
