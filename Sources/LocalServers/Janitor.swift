import Foundation
import Glibc
import Synchronization

/// A shell that outlives this process and cleans up behind it.
///
/// It waits on a pipe that only this process holds open; when this process is gone, however it went, the shell ends
/// whoever still works in one of the directories that it was told of (a broker that detached itself, a paused server)
/// and removes them.
enum Janitor {
  private static let started = Mutex<Int32?>(nil)

  /// Hands a directory over. It may be gone by then.
  static func register(_ directory: String, removes: Bool) throws(LocalServerError) {
    try tell((removes ? "remove " : "keep ") + directory)
  }

  /// Takes a directory back in which nobody works any more: whoever works there later is none of this process's.
  static func forget(_ directory: String) { try? tell("forget " + directory) }

  private static func tell(_ words: String) throws(LocalServerError) {
    let line = words + "\n"
    try started.withLock { pipe throws(LocalServerError) in
      if pipe == nil { pipe = try start() }
      _ = line.withCString { write(pipe!, $0, strlen($0)) }
    }
  }

  private static func start() throws(LocalServerError) -> Int32 {
    let pipe = try Pipe()
    // Never closed here: the kernel does it at this process's end.
    let lifeline = fcntl(pipe.writing, F_DUPFD_CLOEXEC, 3)
    guard lifeline >= 0 else { throw LocalServerError(.system, "no file descriptor left") }
    let environment = ["PATH": "/usr/bin:/bin"]
    var shell = Spawn(arguments: ["/bin/sh", "-c", script], environment: environment)
    shell.standardInput = pipe.reading
    shell.ownsSession = true
    _ = try shell.start()
    return lifeline
  }

  /// A server's directory is its working directory, which is how its processes are known. They get a moment to release
  /// what they hold in the kernel before they are killed.
  private static let script = """
    trap '' INT TERM HUP
    while read -r line; do
      case "$line" in
        "forget "*)
          count=$#
          while [ $count -gt 0 ]; do
            [ "${1#* }" = "${line#* }" ] || set -- "$@" "$1"
            shift
            count=$((count - 1))
          done;;
        *) set -- "$@" "$line";;
      esac
    done
    those_in() {
      for link in /proc/[0-9]*/cwd; do
        case "$(readlink "$link")/" in "$1"/*) link=${link#/proc/}; echo "${link%/cwd}";; esac
      done
    }
    for line; do
      directory=${line#* }
      [ -d "$directory" ] || continue
      # Looked for once: who comes later was started by somebody else.
      those=$(those_in "$directory")
      for process in $those; do kill -CONT "$process"; kill -TERM "$process"; done
      for process in $those; do timeout 5 tail -s 0.05 --pid="$process" -f /dev/null; done
      for process in $those; do kill -KILL "$process"; done
      for process in $those; do timeout 5 tail -s 0.05 --pid="$process" -f /dev/null; done
      case "$line" in "remove "*) rm -rf "$directory";; esac
    done
    """
}
