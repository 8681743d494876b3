import Foundation
import Glibc
public import Telemetry

/// What Prometheus' own clients tell of a process, under the same names, read when it is asked for.
public enum ProcessMetrics {
  /// Adds `process_*`, `bongsu_build_info{version}` and `bongsu_log_lines_lost_total`.
  public static func register(_ metrics: MetricsRegistry, version: String) {
    metrics.gauge("bongsu_build_info", help: "Always 1; the label tells the version.", labels: [("version", version)])
      .set(1)
    metrics.observed(
      "bongsu_log_lines_lost_total", .counter, help: "Lines of the log that could not be written.",
      read: { Double(StandardErrorSink.lostLines) })
    metrics.observed(
      "process_cpu_seconds_total", .counter, help: "User and system CPU time in seconds.",
      read: { status.map { Double($0.cpuTicks) / ticksPerSecond } })
    metrics.observed(
      "process_start_time_seconds", .gauge, help: "When the process started, in seconds since 1970.",
      read: { startTime })
    metrics.observed(
      "process_resident_memory_bytes", .gauge, help: "Resident memory in bytes.",
      read: { status.map { Double($0.residentPages) * Double(sysconf(Int32(_SC_PAGESIZE))) } })
    metrics.observed(
      "process_virtual_memory_bytes", .gauge, help: "Virtual memory in bytes.",
      read: { status.map { Double($0.virtualBytes) } })
    metrics.observed("process_open_fds", .gauge, help: "Open file descriptors.", read: { openDescriptors })
    metrics.observed("process_max_fds", .gauge, help: "How many there may be.", read: { descriptorLimit })
  }

  private static var status: ProcessStatus? { text("/proc/self/stat").flatMap(ProcessStatus.init(stat:)) }
  private static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }

  private static var startTime: Double? {
    guard let boot = text("/proc/stat").flatMap(ProcessStatus.bootTime), let status else { return nil }
    return Double(boot) + Double(status.startTicks) / ticksPerSecond
  }

  private static var openDescriptors: Double? {
    // One of them is the reading of the folder itself.
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count - 1) }
  }

  private static var descriptorLimit: Double? {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Double(limit.rlim_cur) : nil
  }

  private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
