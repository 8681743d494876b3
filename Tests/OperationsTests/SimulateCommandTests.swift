import Foundation
import LocalServers
import TestSupport
import Testing

@Suite("bongsu simulate") struct SimulateCommandTests {
  @Test func `its files are a worker's configuration, and its address tells and is told`() throws {
    let folder = try TemporaryDirectory()
    let simulate = try BongsuProcess([
      "simulate", "--directory", folder.path, "--latency", "1ms", "--fail-percent", "5", "--hang-percent", "1",
      "--listen", "127.0.0.1:0",
    ])
    defer { simulate.process.stop() }
    try simulate.process.waitForLine(containing: #""message":"working""#)
    let (exit, lines) = try BongsuProcess.run([
      "config", "check", "--config", folder.file("worker.yaml"), "--set", "kafka.bootstrapServers=a:1", "--set",
      "relay.dsn=host=a",
    ])
    #expect(exit.isSuccess, "\(lines)")
    let url = try String(contentsOfFile: folder.file("control.url"), encoding: .utf8)
    let probe = HTTPProbe(port: try #require(url.split(separator: ":").last.flatMap { UInt16($0) }))
    let zero = #"{"requests":0,"accepted":0,"refused":0,"unique":0,"repeated":0,"untold":0}"#
    #expect(try probe.get("/counts?provider=smtp").body == "{\"smtp\":\(zero)}\n")
    #expect(try probe.get("/counts?provider=sms").body.matches(of: /unique/).count == 4)
    #expect(try probe.get("/received?provider=apns").body.isEmpty)
    #expect(try probe.get("/misbehave?provider=apns&how=down&for=20s").status == 200)
    #expect(try probe.get("/behave").status == 200)
    #expect(try probe.get("/forget?provider=all").status == 200)
    for path in ["/misbehave?provider=apns&how=down", "/misbehave?how=mad&for=1s", "/counts?provider=nobody"] {
      #expect(try probe.get(path).status == 400, "\(path)")
    }
    #expect(try probe.get("/other").status == 404)
  }

  @Test func `the address is this machine's own`() throws {
    let folder = try TemporaryDirectory()
    let (exit, lines) = try BongsuProcess.run([
      "simulate", "--directory", folder.path, "--control", "0.0.0.0:0",
    ])
    #expect(!exit.isSuccess && lines.contains { $0.contains("--control takes an address of this machine") }, "\(lines)")
  }
}
