import Glibc
import LocalServers
import TestSupport
import Testing

/// The real process and real signals. Its relay finds neither PostgreSQL nor Kafka, which is no reason to end.
@Suite struct ProcessLifeTests {
  private func start(_ listen: String = "127.0.0.1:0") throws -> BongsuProcess {
    let nowhere = ["--dsn", "host=127.0.0.1 port=1 user=x dbname=x", "--bootstrap-servers", "127.0.0.1:1"]
    return try BongsuProcess(["relay"] + nowhere + ["--listen", listen])
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal stops it in order, a hang-up does not`(signal: Int32) throws {
    let bongsu = try start()
    let probe = try bongsu.probe()
    bongsu.process.signal(SIGHUP)
    #expect(try probe.get("/healthz").status == 200)
    #expect(try probe.get("/readyz").status == 503)
    #expect(try probe.get("/metrics").body.contains("\nbongsu_build_info{version="))
    bongsu.process.signal(signal)
    #expect(try bongsu.process.waitForExit() == .code(0))
    try bongsu.process.waitForLine(containing: #""message":"stopped""#)
  }

  @Test func `a port that is taken is a failure that says what to do`() throws {
    let first = try start()
    let second = try start("127.0.0.1:\(try first.probe().port)")
    #expect(try second.process.waitForExit() == .code(1))
    try second.process.waitForLine(containing: "choose another with --listen HOST:PORT")
    first.process.signal(SIGTERM)
    #expect(try first.process.waitForExit() == .code(0))
  }

  @Test func `help into a full disk is a failure that is told`() throws {
    let shell = ChildCommand("sh", ["-c", #""$0" --help > /dev/full"#, BongsuProcess.executable])
    let child = try ChildProcess(shell)
    #expect(try child.waitForExit() == .code(1))
    try child.waitForOutputEnd()
    #expect(child.lines == ["cannot write the output: No space left on device"])
  }
}
