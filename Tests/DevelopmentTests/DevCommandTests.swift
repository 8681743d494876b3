import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

@Suite("bongsu dev", .requires(.postgres), .requires(.redis))
struct DevCommandTests {
  /// `bongsu dev` in a directory of a test's own.
  private struct Run {
    let dev: BongsuProcess
    let directory: String
    let bootstrapServers: String

    init(_ directory: String, _ flags: [String] = []) throws {
      self.directory = directory
      dev = try BongsuProcess(["dev", "--data", directory, "--people", "50"] + flags)
      let line = try dev.process.waitForLine(containing: "  Kafka  ", timeout: .seconds(90))
      bootstrapServers = line.split(separator: " ").last.map(String.init) ?? ""
      try dev.process.waitForLine(containing: "Ctrl-C ends all of it")
    }

    func database() throws -> PostgresConnection {
      let conninfo = try String(contentsOfFile: "\(directory)/dsn", encoding: .utf8)
      return try PostgresConnection(ConnectionSettings(conninfo: conninfo))
    }

    func enqueue(_ order: String, user: Int) throws {
      let payload =
        #"{"to": [{"user": \#(user)}], "category": "transactional", "channels": ["push"], "#
        + #""template": "order.shipped", "#
        + #""parameters": {"name": "Kim", "order": "\#(order)"}}"#
      try database().execute(
        "SELECT outbox.enqueue('user', $1, 'notification.requested', $2::jsonb)", [.text("\(user)"), .text(payload)])
    }

    /// How many pushes were handed over, as the topic of statuses has it: one may be told again.
    func succeeded() throws -> Int {
      let records = try TopicReader(bootstrapServers, topic: "notification.status").records()
      return Set(records.filter { $0.value.contains(#""SUCCESS""#) }.map(\.key)).count
    }

    /// Its own children by the role that they play.
    func children() throws -> [Int32: String] {
      let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(dev.process.id)/task")
      let ids = tasks.flatMap { task in
        let path = "/proc/\(dev.process.id)/task/\(task)/children"
        return ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: " ")
          .compactMap { Int32($0) }
      }
      return Dictionary(
        uniqueKeysWithValues: ids.map { id in
          let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
          let words = line.split(separator: "\0").map(String.init)
          let program = words.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? ""
          return (id, program == "bongsu" ? words.dropFirst().first ?? "" : program)
        })
    }

    /// SIGTERM; nothing of it may be left then.
    func terminate() throws {
      let all = try children()
      #expect(Set(all.values).isSuperset(of: ["postgres", "broker", "simulate", "relay", "router", "worker"]))
      dev.process.signal(SIGTERM)
      let exit = try dev.process.waitForExit(timeout: .seconds(60))
      #expect(exit == .code(0), "\(dev.process.lines.suffix(12))")
      for (id, role) in all where role != "sh" {
        try eventually("\(role), process \(id), is gone") { kill(id, 0) != 0 }
      }
    }
  }

  /// User 2 has an iPhone, and no other device.
  @Test func `a push arrives, also after roles were killed, and another start goes on where it was`() throws {
    let folder = try TemporaryDirectory()
    let first = try Run(folder.file("site"))
    try first.enqueue("A-1", user: 2)
    try eventually("it is handed over", within: .seconds(60)) { try first.succeeded() == 1 }
    for role in ["broker", "relay", "router"] {
      let mark = first.dev.process.lineCount
      let child = try #require(try first.children().first { $0.value == role })
      kill(child.key, SIGKILL)
      try first.dev.process.waitForLine(after: mark, timeout: .seconds(60)) {
        $0.contains("\(role) ended with signal 9; starts again")
      }
    }
    try first.enqueue("A-2", user: 2)
    try eventually("the next one is handed over as well", within: .seconds(90)) { try first.succeeded() == 2 }
    try first.terminate()

    let second = try Run(folder.file("site"))
    #expect(try second.database().execute("SELECT count(*) FROM outbox.event").scalar == "2")
    #expect(try second.database().execute("SELECT count(*) FROM notification.app_user").scalar == "50")
    try second.enqueue("A-3", user: 2)
    try eventually("a third one is handed over", within: .seconds(60)) { try second.succeeded() == 3 }
    let other = try BongsuProcess.run(["dev", "--data", folder.file("site")])
    #expect(other.exit == .code(1))
    #expect(other.lines.contains { $0.contains("another bongsu dev works in") }, "\(other.lines)")
    try second.terminate()
  }

  @Test func `a second signal ends it at once, and its children with it`() throws {
    let folder = try TemporaryDirectory()
    let run = try Run(folder.file("site"))
    let all = try run.children().filter { $0.value != "sh" }
    // One that does not answer keeps the first one waiting.
    let router = try #require(all.first { $0.value == "router" })
    kill(router.key, SIGSTOP)
    run.dev.process.signal(SIGTERM)
    try eventually("it stops in order") { try run.children().values.contains("worker") == false }
    run.dev.process.signal(SIGTERM)
    #expect(try run.dev.process.waitForExit(timeout: .seconds(10)) == .code(143))
    kill(router.key, SIGCONT)
    for (id, role) in all { try eventually("\(role), process \(id), is gone") { kill(id, 0) != 0 } }
  }

  @Test func `what cannot be is said before anything is left behind`() throws {
    let portless = try BongsuProcess.run(["dev", "--listen", "127.0.0.1:0"])
    #expect(portless.exit == .code(2))
    let missing = try BongsuProcess.run(["dev", "--migrations", "/nowhere"])
    #expect(missing.exit == .code(1))
    #expect(missing.lines.contains { $0.hasPrefix("set-up did not start: ") }, "\(missing.lines)")
    #expect(missing.lines.last == "stopped; nothing is left")
    let wrong = try BongsuProcess.run(["dev", "--set", "broker.fsync=never"])
    #expect(wrong.exit == .code(1))
    #expect(
      wrong.lines.contains { $0.hasPrefix("broker did not start: broker ended with exit code 2") }, "\(wrong.lines)")
    #expect(wrong.lines.contains { $0.hasPrefix("  ") && $0.contains("broker.fsync") }, "\(wrong.lines)")
  }
}
