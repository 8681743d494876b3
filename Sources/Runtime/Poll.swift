import CLinux
import Glibc

/// `poll(2)` for a few descriptors.
public enum Poll {
  /// Blocks until one of `descriptors` is readable, or hung up, or `timeoutMilliseconds` passed (-1: no limit).
  /// - Returns: true when one is ready. An interrupted wait returns false, as a time-out does.
  public static func wait(_ descriptors: [Int32], timeoutMilliseconds: Int32) -> Bool {
    var set = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    return unsafe poll(&set, nfds_t(set.count), timeoutMilliseconds) > 0
  }

  /// The same with a finer limit.
  public static func wait(_ descriptors: [Int32], nanoseconds: Int64) -> Bool {
    var set = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let rest = max(nanoseconds, 0)
    var limit = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
    return unsafe ppoll(&set, nfds_t(set.count), &limit, nil) > 0
  }
}
