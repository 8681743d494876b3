/// The clock of a machine, as processes see it that are started with its environment, for a test to set while they run.
/// Clocks that nobody can set are left alone.
public final class ShiftedClock {
  private let library: PreloadedLibrary

  public static var isInstalled: Bool { PreloadedLibrary.compiler != nil }

  public init() throws {
    library = try PreloadedLibrary("clock", variable: "BONGSU_TEST_CLOCK", source: Self.source)
  }

  public var environment: [String: String] { library.environment }

  /// Sets it ahead of the machine's by whole seconds, or behind it; at once, for all processes.
  public func set(ahead: Duration) throws { try library.set(Int64(ahead / .seconds(1))) }

  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>

    \(PreloadedLibrary.mapping("ahead", variable: "BONGSU_TEST_CLOCK"))

    int clock_gettime(clockid_t clock, struct timespec *now) {
      int result = syscall(SYS_clock_gettime, clock, now);
      if (!result && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *ahead;
      return result;
    }

    int gettimeofday(struct timeval *restrict now, void *restrict zone) {
      int result = syscall(SYS_gettimeofday, now, zone);
      if (!result && ahead && now) now->tv_sec += *ahead;
      return result;
    }

    time_t time(time_t *at) {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      if (at) *at = now.tv_sec;
      return now.tv_sec;
    }
    """
}
