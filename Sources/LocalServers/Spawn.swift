import CLinux
import Foundation
import Glibc
import Runtime

/// One `posix_spawn`, with what every child here gets: no inherited signal mask, a session or group of its own, and
/// only the three standard descriptors.
struct Spawn {
  var arguments: [String]
  var environment: [String: String]
  var directory = "/"
  /// Nil reads and writes /dev/null.
  var standardInput: Int32?
  var standardOutput: Int32?
  var standardError: Int32?
  /// A session of its own survives the terminal's hang-up; a group of its own can be signalled as a whole.
  var ownsSession = false

  /// Starts it from the thread that outlives all others; see `SpawnThread`.
  func start() throws(LocalServerError) -> pid_t {
    switch SpawnThread.shared.run({ perform() }) {
    case .success(let process): return process
    case .failure(let error): throw error
    }
  }

  private func perform() -> Result<pid_t, LocalServerError> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, source) in [standardInput, standardOutput, standardError].enumerated() {
      if let source {
        posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
      } else {
        posix_spawn_file_actions_addopen(&actions, Int32(target), "/dev/null", O_RDWR, 0)
      }
    }
    // Whoever waits for the end of a pipe would wait for every server that got a copy of it.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    posix_spawn_file_actions_addchdir_np(&actions, directory)

    var attributes = Self.attributes(ownsSession: ownsSession)
    defer { posix_spawnattr_destroy(&attributes) }
    var process: pid_t = 0
    let status = Self.withCStrings(arguments) { arguments in
      Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
        posix_spawn(&process, arguments[0]!, &actions, &attributes, arguments, environment)
      }
    }
    if status == 0 { return .success(process) }
    return .failure(LocalServerError(.system, "cannot start \(arguments[0]): \(String(cString: strerror(status)))"))
  }

  /// A signal mask is inherited through exec: without this a child of a thread that blocks SIGTERM ignores it.
  private static func attributes(ownsSession: Bool) -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let group = ownsSession ? Int32(BONGSU_SPAWN_SETSID) : Int32(POSIX_SPAWN_SETPGROUP)
    posix_spawnattr_setflags(&attributes, Int16(group | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)))
    return attributes
  }

  private static func withCStrings<T>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
  ) -> T {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }
}
