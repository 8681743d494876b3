import Foundation
import LocalServers
import TestSupport

/// A file of deploy/ or docs/, as the repository has it.
enum DeployFile {
  static func path(_ name: String) -> String { Repository.file(name) }

  static func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}

/// A program of this machine, run to its end in the repository's folder `folder`.
func run(
  _ program: String, _ arguments: [String], in folder: String = ""
) throws -> (exit: ChildExit, lines: [String]) {
  var command = ChildCommand(program, arguments)
  // systemd writes other marks where the locale is not UTF-8.
  command.environment = ["LC_ALL": "C.UTF-8"]
  command.directory = Repository.file(folder)
  let process = try ChildProcess(command)
  let exit = try process.waitForExit(timeout: .seconds(60))
  try process.waitForOutputEnd()
  return (exit, process.lines)
}
