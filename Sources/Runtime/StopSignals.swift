import CLinux
import Glibc

/// SIGTERM and SIGINT as a descriptor for `poll`. Make it before any thread is started: they inherit the block.
public final class StopSignals: Sendable {
  public let fileDescriptor: Int32

  public init() {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGTERM)
    unsafe sigaddset(&set, SIGINT)
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    fileDescriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC))
    precondition(fileDescriptor >= 0, "signalfd failed: the process has no file descriptors left")
  }

  deinit { close(fileDescriptor) }
}
