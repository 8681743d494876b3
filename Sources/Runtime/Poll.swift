import CLinux
import Glibc

/// `poll(2)` for a few descriptors.
public enum Poll {
  /// Blocks until one of `descriptors` is readable, or hung up, or `timeoutMilliseconds` passed (-1: no limit).
  /// - Returns: true when one is ready.
  public static func wait(_ descriptors: [Int32], timeoutMilliseconds: Int32) -> Bool {
    var set = entries(descriptors)
    return wait(&set, timeoutMilliseconds)
  }

  /// The same with a finer limit. An interrupted wait returns false: the caller looks at the clock anyway.
  public static func wait(_ descriptors: [Int32], nanoseconds: Int64) -> Bool {
    var set = entries(descriptors)
    return wait(&set, nanoseconds: nanoseconds)
  }

  /// Blocks until `descriptor` can be read, or hung up, or, where `writing`, can be written to, or the time is over.
  /// A hang-up counts as readable, as reading tells what happened. An interrupted wait returns neither.
  public static func wait(
    _ descriptor: Int32, writing: Bool, nanoseconds: Int64
  ) -> (canRead: Bool, canWrite: Bool) {
    var set = [pollfd(fd: descriptor, events: Int16(writing ? POLLIN | POLLOUT : POLLIN), revents: 0)]
    guard wait(&set, nanoseconds: nanoseconds) else { return (false, false) }
    let found = Int32(set[0].revents)
    return (found & ~POLLOUT != 0, found & POLLOUT != 0)
  }

  /// The same for who has to know which of them are ready; none of them when the time ran out.
  public static func ready(_ descriptors: [Int32], timeoutMilliseconds: Int32) -> [Int32] {
    var set = entries(descriptors)
    return wait(&set, timeoutMilliseconds) ? set.filter { $0.revents != 0 }.map(\.fd) : []
  }

  private static func entries(_ descriptors: [Int32]) -> [pollfd] {
    descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  }

  private static func wait(_ set: inout [pollfd], nanoseconds: Int64) -> Bool {
    let rest = max(nanoseconds, 0)
    var limit = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
    return unsafe ppoll(&set, UInt(set.count), &limit, nil) > 0
  }

  /// An interrupted wait goes on for what is left of its time: its caller would take it for a time-out.
  private static func wait(_ set: inout [pollfd], _ timeoutMilliseconds: Int32) -> Bool {
    let start = SystemTime.monotonicNanoseconds()
    var rest = timeoutMilliseconds
    while true {
      let count = unsafe poll(&set, nfds_t(set.count), rest)
      if count >= 0 || errno != EINTR { return count > 0 }
      guard timeoutMilliseconds >= 0 else { continue }
      let passed = (SystemTime.monotonicNanoseconds() - start) / 1_000_000
      rest = Int32(clamping: max(0, Int64(timeoutMilliseconds) - passed))
    }
  }
}
