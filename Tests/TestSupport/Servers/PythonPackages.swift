import Foundation
public import LocalServers

/// Python packages that are not ours, as scripts/python installs them: they read, check and sign what ours do.
public enum PythonPackages {
  static var isInstalled: Bool { ChildCommand.path(of: interpreter) != nil }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static var interpreter: String { root.appendingPathComponent(".build/python/bin/python").path }

  /// Runs a script of Tests/Python once. It reads JSON from the file that its first argument names, and writes JSON to
  /// the second's; `Data` is base 64 in both.
  public static func call<Answer: Decodable>(
    _ script: String, _ question: some Encodable, for type: Answer.Type = Answer.self
  ) throws -> Answer {
    let directory = try TemporaryDirectory(prefix: "bongsu-python")
    let (input, output) = (directory.file("question.json"), directory.file("answer.json"))
    try JSONEncoder().encode(question).write(to: URL(fileURLWithPath: input))
    try ChildProcess.run(command(script, [input, output]))
    return try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: output)))
  }

  /// A script of Tests/Python that goes on, as a server does.
  public static func start(_ script: String, _ arguments: [String] = []) throws -> ChildProcess {
    try ChildProcess(command(script, arguments))
  }

  private static func command(_ script: String, _ arguments: [String]) -> ChildCommand {
    ChildCommand(interpreter, [root.appendingPathComponent("Tests/Python/\(script)").path] + arguments)
  }
}
