import Glibc

/// Stops a server process for a while, as if it did not read.
enum Signals {
  static func withStopped(pid: String, _ body: () throws -> Void) throws {
    guard let number = pid_t(pid) else { return }
    kill(number, SIGSTOP)
    defer { kill(number, SIGCONT) }
    try body()
  }
}
