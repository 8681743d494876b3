import Foundation

/// What this process has used.
enum ProcessUsage {
  /// User and system time of all its threads.
  static var cpuSeconds: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_utime.seconds + usage.ru_stime.seconds
  }

  /// The most memory that was resident at once; 0 where the kernel does not tell.
  static var residentPeakBytes: Int {
    (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)).flatMap(residentPeakBytes) ?? 0
  }

  /// The line `VmHWM` of `/proc/self/status`, whose unit is 1,024 bytes.
  static func residentPeakBytes(status: String) -> Int? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
    return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1_024 }
  }
}

extension timeval {
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
