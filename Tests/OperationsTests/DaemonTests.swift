import HTTPServer
import Runtime
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Operations

/// A daemon on a thread, with signals that the test sends.
private final class DaemonUnderTest: Sendable {
  let journal = Journal()
  let sink = MemorySink()
  private let wake = WakeSignal()
  private let pending = Mutex<[Int32]>([])
  private let left = Mutex<Int32?>(nil)
  private let result = Mutex<Int32?>(nil)
  private let ended = WakeSignal()

  func run(_ services: [any Service], listen: ListenAddress? = nil, grace: Duration = .seconds(5)) throws {
    let source = SignalSource(fileDescriptor: wake.fileDescriptor) { [wake, self] in
      pending.withLock { pending in
        if pending.count < 2 { wake.clear() }
        return pending.isEmpty ? nil : pending.removeFirst()
      }
    }
    let daemon = Daemon(
      name: "relay", listen: try listen ?? ListenAddress("127.0.0.1:0"), metrics: MetricsRegistry(),
      logger: Logger(label: "test", sink: sink), signals: source, grace: grace
    ) { [self] status in left.withLock { $0 = status } }
    _ = OwnedThread(name: "daemon") { [self] in
      let status = daemon.run(services)
      result.withLock { $0 = status }
      ended.signal()
    }
  }

  func send(_ signal: Int32) {
    pending.withLock { $0.append(signal) }
    wake.signal()
  }

  func status() throws -> Int32 {
    try #require(Poll.wait([ended.fileDescriptor], timeoutMilliseconds: 30_000), "the daemon runs on")
    return try #require(result.withLock { $0 })
  }

  var leftWith: Int32? { left.withLock { $0 } }

  func probe() throws -> HTTPProbe {
    try eventually("it listens") { sink.has("listening") }
    return HTTPProbe(port: try #require(UInt16(sink.value("port", of: "listening") ?? "")))
  }
}

@Suite struct DaemonTests {
  @Test func `services start in order, answer while they run, and stop in reverse`() throws {
    let daemon = DaemonUnderTest()
    let (first, second) = (FakeService("first", daemon.journal), FakeService("second", daemon.journal))
    try daemon.run([first, second])
    let probe = try daemon.probe()
    try eventually("it is ready") { probe.isReady() }
    first.set(readiness: ["slot": "held by another"])
    #expect(try probe.get("/readyz").body == #"{"ok":false,"problems":{"slot":"held by another"}}"# + "\n")
    #expect(try probe.get("/healthz").status == 200)
    daemon.send(15)
    #expect(try daemon.status() == 0)
    #expect(
      daemon.journal.all == [
        "start first", "start second", "stop second", "stopped second", "stop first", "stopped first",
      ])
    #expect(throws: (any Error).self, "nothing listens after the end") { try probe.get("/healthz") }
    #expect(daemon.leftWith == nil)
  }

  @Test func `a start that fails stops what was started and is the reason`() throws {
    let daemon = DaemonUnderTest()
    try daemon.run([
      FakeService("first", daemon.journal), FakeService("second", daemon.journal, refuses: true),
      FakeService("third", daemon.journal),
    ])
    #expect(try daemon.status() == 1)
    #expect(daemon.journal.all == ["start first", "start second", "stop first", "stopped first"])
    #expect(daemon.sink.value("reason", of: "stopped") == "the slot is missing; make it")
  }

  @Test func `a failed service ends the daemon with its reason`() throws {
    let daemon = DaemonUnderTest()
    let (service, gate) = (FakeService("first", daemon.journal), WakeSignal())
    let other = FakeService("second", daemon.journal, stopGate: gate)
    try daemon.run([service, other])
    let probe = try daemon.probe()
    try eventually("it is ready") { probe.isReady() }
    service.fail("wal_level is replica; set it to logical")
    try eventually("it stops") { daemon.journal.all.contains("stop second") }
    let health = try probe.get("/healthz")
    #expect(health.status == 503)
    #expect(health.body.contains("set it to logical"))
    gate.signal()
    #expect(try daemon.status() == 1)
    #expect(daemon.sink.value("reason", of: "stopped") == "wal_level is replica; set it to logical")
    #expect(daemon.sink.value("service", of: "service failed") == "first")
  }

  @Test func `it is not ready while it starts and while it stops`() throws {
    let daemon = DaemonUnderTest()
    let (start, stop) = (WakeSignal(), WakeSignal())
    try daemon.run([FakeService("first", daemon.journal, startGate: start, stopGate: stop)])
    let probe = try daemon.probe()
    #expect(try probe.get("/readyz").body == #"{"ok":false,"problems":{"relay":"starting"}}"# + "\n")
    #expect(try probe.get("/healthz").status == 200)
    start.signal()
    try eventually("it is ready") { probe.isReady() }
    daemon.send(15)
    try eventually("it stops") { daemon.journal.all.contains("stop first") }
    #expect(try probe.get("/readyz").body == #"{"ok":false,"problems":{"relay":"stopping"}}"# + "\n")
    stop.signal()
    #expect(try daemon.status() == 0)
  }

  @Test func `a second signal ends the process while a service stops`() throws {
    let daemon = DaemonUnderTest()
    let gate = WakeSignal()
    try daemon.run([FakeService("first", daemon.journal, stopGate: gate)])
    daemon.send(15)
    try eventually("it stops") { daemon.journal.all.contains("stop first") }
    daemon.send(2)
    #expect(try daemon.status() == 130)
    #expect(daemon.leftWith == 130)
    gate.signal()
  }

  @Test func `a service that does not stop in time is left behind and the others are stopped`() throws {
    let daemon = DaemonUnderTest()
    let gate = WakeSignal()
    let stuck = FakeService("second", daemon.journal, stopDeadline: .milliseconds(20), stopGate: gate)
    try daemon.run([FakeService("first", daemon.journal), stuck], grace: .milliseconds(10))
    let probe = try daemon.probe()
    try eventually("it is ready") { probe.isReady() }
    daemon.send(15)
    #expect(try daemon.status() == 1)
    #expect(daemon.leftWith == 1)
    #expect(daemon.journal.all == ["start first", "start second", "stop second", "stop first", "stopped first"])
    #expect(daemon.sink.value("service", of: "service did not stop in time") == "second")
    gate.signal()
  }

  @Test func `a service that says it left work behind makes the status a failure`() throws {
    let daemon = DaemonUnderTest()
    try daemon.run([FakeService("first", daemon.journal), FakeService("second", daemon.journal, leavesWork: true)])
    let probe = try daemon.probe()
    try eventually("it is ready") { probe.isReady() }
    daemon.send(15)
    #expect(try daemon.status() == 1)
    #expect(daemon.journal.all == ["start first", "start second", "stop second", "stop first", "stopped first"])
    #expect(daemon.sink.value("reason", of: "service did not stop in time") == "the slot is missing; make it")
  }

  @Test func `a port that is taken is told before anything starts`() throws {
    let other = try HTTPListener(try ListenAddress("127.0.0.1:0")) { _ in HTTPResponse(body: "") }
    defer { other.stop() }
    let daemon = DaemonUnderTest()
    try daemon.run([FakeService("first", daemon.journal)], listen: try ListenAddress("127.0.0.1:\(other.port)"))
    #expect(try daemon.status() == 1)
    #expect(daemon.journal.all.isEmpty)
    #expect(daemon.sink.value("reason", of: "stopped")?.contains("--listen") == true)
  }
}
