import Foundation
import LocalServers
import TestSupport
import Testing

@Suite("bongsu dev --demo", .requires(.postgres), .requires(.redis))
struct DemoTests {
  @Test func `a small demo comes to an account without anything missing, and leaves nothing`() throws {
    let folder = try TemporaryDirectory()
    let flags = ["--orders", "300", "--rate", "100", "--outage", "2", "--people", "300"]
    let demo = try BongsuProcess(["dev", "--demo", "--data", folder.file("site")] + flags)
    let exit = try demo.process.waitForExit(timeout: .seconds(240))
    let lines = demo.process.lines
    #expect(exit == .code(0), "\(lines.suffix(40).joined(separator: "\n"))")
    func number(_ name: String) -> Int? {
      lines.last { $0.hasPrefix("  \(name)") }.flatMap { line in
        let words = line.dropFirst(name.count + 2).split(separator: " ")
        return words.first.flatMap { Int($0.replacing(",", with: "")) }
      }
    }
    #expect(number("events committed") == 270)
    #expect(number("rolled back") == 30)
    #expect(try #require(number("deliveries expected")) > 500)
    #expect(number("delivered") == number("deliveries expected"))
    #expect(try #require(number("suppressed")) > 0)
    #expect(number("missing") == 0 && number("uncalled for") == 0 && number("parked") == 0)
    // Those pushes that APNs refused at first.
    #expect(try #require(number("attempts retried")) > 0)
    let latency = try #require(lines.last { $0.hasPrefix("  commit to topic") })
    #expect(latency.contains(" ms"), "\(latency)")
    for role in ["broker", "simulate", "relay", "router", "worker-push.ios", "worker-email"] {
      #expect(FileManager.default.fileExists(atPath: folder.file("site/logs/\(role).log")), "\(role)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.filter {
      let line = (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8)) ?? ""
      return line.contains(folder.file("site"))
    }
    #expect(left.isEmpty)
  }

  @Test func `what a demo cannot work with is refused`() throws {
    for flags in [["--demo", "--people", "0"], ["--demo", "--dsn", "host=127.0.0.1"], ["--orders", "3"]] {
      #expect(try BongsuProcess.run(["dev"] + flags).exit == .code(2), "\(flags)")
    }
  }
}
