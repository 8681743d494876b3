import Foundation
import LocalServers
import ProviderSimulators

/// The curl command: a client that is not ours.
struct Curl {
  struct Answer {
    /// 0 for nothing that arrived.
    let status: Int
    let headers: [String: String]
    let body: String
    /// As in curl's manual: 0 for success.
    let exitCode: Int32

    /// Of an APNs error.
    var reason: String? { json?["reason"] as? String }
    var json: [String: Any]? { try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] }
  }

  let simulator: any HTTP2Simulator
  private let directory: TemporaryDirectory

  init(_ simulator: any HTTP2Simulator) throws {
    self.simulator = simulator
    directory = try TemporaryDirectory()
  }

  /// One request on a connection of its own.
  func send(
    _ path: String, method: String = "POST", headers: [(String, String)] = [], body: [UInt8]? = nil,
    options: [String] = []
  ) throws -> Answer {
    let (head, answer, payload) = (directory.file("head"), directory.file("answer"), directory.file("payload"))
    for file in [head, answer] { try Data().write(to: URL(fileURLWithPath: file)) }
    var arguments = ["-D", head, "-o", answer, "-X", method] + options
    for (name, value) in headers { arguments += ["-H", "\(name): \(value)"] }
    if let body {
      try Data(body).write(to: URL(fileURLWithPath: payload))
      arguments += ["--data-binary", "@\(payload)"]
    }
    let exit = try run(arguments + [simulator.url + path])
    let lines = try String(contentsOfFile: head, encoding: .utf8).split(whereSeparator: \.isNewline)
    let fields = lines.dropFirst().compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1)
      return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
    }
    return Answer(
      status: lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0,
      headers: Dictionary(fields) { _, last in last }, body: try String(contentsOfFile: answer, encoding: .utf8),
      exitCode: exit)
  }

  /// Its exit code.
  func run(_ arguments: [String]) throws -> Int32 {
    let process = try start(arguments)
    guard case .code(let code) = try process.waitForExit(timeout: .seconds(60)) else { return -1 }
    return code
  }

  func start(_ arguments: [String]) throws -> ChildProcess {
    let common = ["--http2", "-sS", "--cacert", simulator.authorityFile, "--noproxy", "*"]
    return try ChildProcess(ChildCommand("curl", common + arguments))
  }
}
