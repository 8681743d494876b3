import Foundation
import Glibc

/// What to run, and how.
public struct ChildCommand: Sendable {
  /// Which of a child's two outputs a line or chunk came from.
  public enum Output: Sendable, Equatable { case standardOutput, standardError }

  /// A path, or a name that is looked up in PATH.
  public var executable: String
  public var arguments: [String]
  /// Added to this process's own environment.
  public var environment: [String: String] = [:]
  public var directory = "/"
  /// The user to run as, by name. Only root can ask for another.
  public var user: String?
  /// Sent by the kernel when this process ends, in whatever way.
  public var deathSignal = "KILL"
  /// Takes standard output as raw chunks, on the reading thread, instead of having it kept as lines.
  public var onStandardOutput: (@Sendable ([UInt8]) -> Void)?

  /// Hears each line as well, on the reading thread.
  public var onLine: (@Sendable (String) -> Void)?

  public init(_ executable: String, _ arguments: [String] = []) {
    self.executable = executable
    self.arguments = arguments
  }

  /// The whole command line: `setpriv` (util-linux, on every Debian) sets the parent-death signal last, after the user,
  /// because a change of user clears it.
  func line() throws(LocalServerError) -> [String] {
    var line = [try Self.find("setpriv"), "--pdeathsig", deathSignal]
    if let user { line += ["--reuid", user, "--regid", user, "--init-groups"] }
    return line + ["--", try Self.find(executable)] + arguments
  }

  /// The path of a program, as a shell would find it; nil when it is not there.
  public static func path(of program: String) -> String? {
    if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }

  private static func find(_ program: String) throws(LocalServerError) -> String {
    if let path = path(of: program) { return path }
    throw LocalServerError(.notInstalled, "there is no program \(program) here; scripts/setup installs what is needed")
  }
}
