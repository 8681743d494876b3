import Glibc

/// Keeps a data directory for one broker; the kernel frees it with the process.
final class DataLock: Sendable {
  private let descriptor: Int32

  init(directory: String) throws(BrokerError) {
    descriptor = unsafe open("\(directory)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw BrokerError("cannot write into the data directory (\(unsafe String(cString: strerror(errno))))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw BrokerError("another broker uses the data directory; stop it, or choose another directory")
    }
  }

  deinit { close(descriptor) }
}

/// Files and connections each take a descriptor: the process may have as many as the system allows it.
enum DescriptorLimit {
  static func raise() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
