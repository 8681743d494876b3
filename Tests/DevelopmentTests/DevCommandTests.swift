import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

@Suite("bongsu dev", .requires(.postgres))
struct DevCommandTests {
  private let port: UInt16
  private let dev: BongsuProcess
  private let conninfo: String

  init() throws {
    port = try FreePort.find()
    dev = try BongsuProcess(["dev", "--listen", "127.0.0.1:\(port)", "--http-listen", "127.0.0.1:0"])
    let line = try dev.process.waitForLine(containing: "  PostgreSQL   ", timeout: .seconds(60))
    conninfo = line.trimmingCharacters(in: .whitespaces).replacing("PostgreSQL   ", with: "")
    try dev.process.waitForLine(containing: "Ctrl-C ends all of it")
  }

  private func enqueue(_ order: Int) throws {
    try PostgresConnection(ConnectionSettings(conninfo: conninfo)).execute(
      "SELECT outbox.enqueue('user', 'user-1', 'order.shipped', jsonb_build_object('order', $1::int))",
      [.text("\(order)")])
  }

  private func arrived() throws -> [String] {
    try TopicReader("127.0.0.1:\(port)", topic: "notification.events").records().map(\.value)
  }

  /// Its own children by the word that follows the executable, or the executable's name.
  private func children() throws -> [Int32: String] {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(dev.process.id)/task")
    let ids = tasks.flatMap { task in
      let path = "/proc/\(dev.process.id)/task/\(task)/children"
      return ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: " ").compactMap { Int32($0) }
    }
    return Dictionary(
      uniqueKeysWithValues: ids.map { id in
        let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
        let words = line.split(separator: "\0").map(String.init)
        return (id, words.first?.hasSuffix("postgres") == true ? "postgres" : words.dropFirst().first ?? "")
      })
  }

  @Test func `an event arrives, also after broker and relay were killed, and nothing is left at the end`() throws {
    try enqueue(1)
    try eventually("it arrives") { try arrived() == [#"{"order": 1}"#] }
    for role in ["broker", "relay"] {
      let mark = dev.process.lineCount
      let child = try #require(try children().first { $0.value == role })
      kill(child.key, SIGKILL)
      try dev.process.waitForLine(after: mark, timeout: .seconds(60)) {
        $0.contains("child starts again") && $0.contains(role)
      }
    }
    try enqueue(2)
    try eventually("the next one arrives as well", within: .seconds(60)) {
      try Set(arrived()) == [#"{"order": 1}"#, #"{"order": 2}"#]
    }
    let probe = try dev.probe()
    try eventually("all are at work") { probe.isReady() }
    let all = try children()
    #expect(Set(all.values).isSuperset(of: ["postgres", "broker", "relay"]))
    dev.process.signal(SIGTERM)
    let exit = try dev.process.waitForExit(timeout: .seconds(60))
    #expect(exit == .code(0), "\(dev.process.lines.suffix(12))")
    for id in all.filter({ ["postgres", "broker", "relay"].contains($0.value) }).keys {
      try eventually("process \(id) is gone") { kill(id, 0) != 0 }
    }
  }

  @Test func `what cannot be is said before anything is left behind`() throws {
    dev.process.signal(SIGTERM)
    _ = try dev.process.waitForExit(timeout: .seconds(60))
    let portless = try BongsuProcess.run(["dev", "--listen", "127.0.0.1:0"])
    #expect(portless.exit == .code(2))
    let missing = try BongsuProcess.run(
      ["dev", "--listen", "127.0.0.1:\(port)", "--http-listen", "127.0.0.1:0", "--migrations", "/nowhere"])
    #expect(missing.exit == .code(1))
    #expect(
      missing.lines.contains { $0.contains("service did not start") && $0.contains("set-up") }, "\(missing.lines)")
  }
}
