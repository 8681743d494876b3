import Foundation

/// What a process used until it ended.
struct Usage {
  var seconds: Double
  var cpuSeconds: Double
  var residentPeakBytes: Int
  var status: Int32

  /// Normal end, or by the SIGTERM that ends a relay.
  var isSuccess: Bool { status == 0 || status == SIGTERM }
}

/// A measured program. Standard output is thrown away, standard error stays ours.
final class Child {
  let pid: pid_t
  private let started = ContinuousClock.now
  private var residentPeakBytes = 0
  private var ended: Usage?

  init(_ command: [String], output: String = "/dev/null") throws {
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    var pid: pid_t = 0
    let error = posix_spawnp(&pid, command[0], &actions, nil, &arguments, environ)
    guard error == 0 else { throw BenchmarkError("\(command[0]): \(String(cString: strerror(error)))") }
    self.pid = pid
  }

  /// Runs a program to its end, which must be a good one.
  @discardableResult
  static func run(_ command: [String], output: String = "/dev/null") throws -> Usage {
    let child = try Child(command, output: output)
    let usage = child.wait()
    guard usage.status == 0 else { throw BenchmarkError("\(command[0]) ended with status \(usage.status)") }
    return usage
  }

  var state: ProcessState { ProcessState(pid: pid) }

  /// Whether it still runs. Reads its peak memory on the way: `ru_maxrss` of a spawned process is no use here, as it
  /// begins with what the parent held when it forked.
  func isRunning() -> Bool {
    residentPeakBytes = max(residentPeakBytes, state.memoryBytes("VmHWM"))
    reap(WNOHANG)
    return ended == nil
  }

  func wait() -> Usage {
    while ended == nil { reap(0) }
    return ended!
  }

  /// Ends it as an operator would; kills it when it does not go.
  func stop(within limit: Duration = .seconds(20)) -> Usage {
    guard isRunning() else { return wait() }
    kill(pid, SIGTERM)
    if !eventually(by: .now + limit, { !self.isRunning() }) { kill(pid, SIGKILL) }
    return wait()
  }

  /// What it has used until now, its threads together.
  func cpuSeconds() -> Double {
    // After the name, which may hold anything, stand state and ten more; then user and system time in ticks.
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 12
    else { return 0 }
    return Self.seconds(ticks: fields[11...12])
  }

  /// What all processes of this machine have used since it started.
  static func machineCPUSeconds() -> Double {
    guard let stat = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let fields = stat.split(separator: "\n").first?.split(separator: " "), fields.count > 3
    else { return 0 }
    return seconds(ticks: fields[1...3])
  }

  private static func seconds(ticks: ArraySlice<Substring>) -> Double {
    ticks.reduce(0) { $0 + (Double($1) ?? 0) } / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private func reap(_ options: Int32) {
    var status: Int32 = 0
    var usage = rusage()
    guard ended == nil, wait4(pid, &status, options, &usage) == pid else { return }
    let signal = status & 0x7f
    ended = Usage(
      seconds: started.duration(to: .now) / .seconds(1), cpuSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds,
      residentPeakBytes: residentPeakBytes, status: signal == 0 ? (status >> 8) & 0xff : signal)
  }
}

extension timeval {
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}

/// Asks every few milliseconds, as neither a catalog nor another process can wake us.
/// - Returns: false when the deadline came first.
func eventually(by deadline: ContinuousClock.Instant, _ condition: () throws -> Bool) rethrows -> Bool {
  while try !condition() {
    if ContinuousClock.now >= deadline { return false }
    poll(nil, 0, 10)
  }
  return true
}
