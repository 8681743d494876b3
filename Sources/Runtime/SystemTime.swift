import CLinux
import Glibc

/// Clocks as plain numbers, for cores that take time as an argument.
public enum SystemTime {
  /// Nanoseconds since some fixed moment; never goes back.
  public static func monotonicNanoseconds() -> Int64 { read(CLOCK_MONOTONIC) }

  /// Microseconds since 1970-01-01 UTC, as the machine's clock has it.
  public static func unixMicroseconds() -> Int64 { read(CLOCK_REALTIME) / 1_000 }

  /// Milliseconds since 1970 as the machine's clock had it when the process first asked, and gone on evenly since: for
  /// ages and rests, which must not jump when somebody sets the clock. Others are told `unixMicroseconds`.
  public static func steadyMilliseconds() -> Int64 { steadyOffset + monotonicNanoseconds() / 1_000_000 }

  private static let steadyOffset = unixMicroseconds() / 1_000 - monotonicNanoseconds() / 1_000_000

  private static func read(_ clock: clockid_t) -> Int64 {
    var now = timespec()
    unsafe clock_gettime(clock, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }
}
