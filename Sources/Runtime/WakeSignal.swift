import CLinux
import Glibc

/// An eventfd: lets one thread wake another that waits in `poll`.
///
/// Any thread may `signal()`; several signals before a `clear()` are one wake-up. The descriptor is non-blocking.
public final class WakeSignal: Sendable {
  /// Readable while a signal is pending; put it into a `poll` set.
  public let fileDescriptor: Int32

  public init() {
    fileDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    precondition(fileDescriptor >= 0, "eventfd failed: the process has no file descriptors left")
  }

  deinit { close(fileDescriptor) }

  /// Makes the descriptor readable.
  public func signal() { eventfd_write(fileDescriptor, 1) }

  /// Takes all pending signals; true when there was one.
  @discardableResult
  public func clear() -> Bool {
    var value: eventfd_t = 0
    return unsafe eventfd_read(fileDescriptor, &value) == 0
  }
}
