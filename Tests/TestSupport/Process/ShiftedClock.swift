import Foundation
import LocalServers

/// The clock of a machine, as processes see it that are started with its environment, for a test to set while they run.
/// A small library stands before the C library's functions; clocks that nobody can set are left alone.
public final class ShiftedClock {
  private let folder: TemporaryDirectory
  private let file: FileHandle

  public static var isInstalled: Bool { compiler != nil }

  private static let compiler = ["clang", "cc"].first { ChildCommand.path(of: $0) != nil }

  public init() throws {
    folder = try TemporaryDirectory(prefix: "bongsu-clock")
    try Self.source.write(toFile: folder.file("clock.c"), atomically: true, encoding: .utf8)
    let (library, source) = (folder.file("clock.so"), folder.file("clock.c"))
    let child = try ChildProcess(
      ChildCommand(Self.compiler ?? "cc", ["-shared", "-fPIC", "-O1", "-o", library, source]))
    let exit = try child.waitForExit(timeout: .seconds(60))
    try child.waitForOutputEnd()
    guard exit.isSuccess else { throw NeverHappened(description: "a clock is compiled: \(child.lines)") }
    _ = FileManager.default.createFile(atPath: folder.file("ahead"), contents: Data(count: 8))
    file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.file("ahead")))
  }

  deinit { folder.remove() }

  public var environment: [String: String] {
    ["LD_PRELOAD": folder.file("clock.so"), "BONGSU_TEST_CLOCK": folder.file("ahead")]
  }

  /// Sets it ahead of the machine's by whole seconds, or behind it; at once, for all processes.
  public func set(ahead: Duration) throws {
    try file.seek(toOffset: 0)
    withUnsafeBytes(of: Int64(ahead / .seconds(1)).littleEndian) { file.write(Data($0)) }
  }

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

    static volatile int64_t *ahead;

    __attribute__((constructor)) static void begin(void) {
      const char *name = getenv("BONGSU_TEST_CLOCK");
      int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
      if (file < 0) return;
      void *map = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
      if (map != MAP_FAILED) ahead = map;
      close(file);
    }

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
