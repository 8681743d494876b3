import CLinux
import Glibc

/// SIGTERM and SIGINT as a descriptor for `poll`. Make it before any thread is started: they inherit the block.
public final class StopSignals: Sendable {
  /// Readable while a signal waits to be taken.
  public let fileDescriptor: Int32

  public init() {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGTERM)
    unsafe sigaddset(&set, SIGINT)
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    fileDescriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
    precondition(fileDescriptor >= 0, "signalfd failed: the process has no file descriptors left")
  }

  deinit { close(fileDescriptor) }

  /// Takes one signal; nil when none waits. The same signal sent twice before it is taken is one.
  public func take() -> Int32? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    return unsafe read(fileDescriptor, &information, size) == size ? Int32(information.ssi_signo) : nil
  }
}
