import Foundation
import LocalServers
import NotificationModel
import ProviderSimulators
import Runtime
import TestSupport
import Testing

/// What clients that are not ours make of each misbehaviour.
@Suite struct MisbehaviourTests {
  /// curl's exit codes.
  private enum Exit {
    static let (couldNotConnect, partialFile, timeout): (Int32, Int32, Int32) = (7, 18, 28)
    static let (certificate, http2, stream): (Int32, Int32, Int32) = (60, 16, 92)
    static let broken: Set<Int32> = [16, 18, 52, 55, 56, 92]
  }

  @Test func `an error of any kind, with its time to wait, takes nothing`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.refuse(status: 503, reason: "ServiceUnavailable", retryAfter: 7), .next(2))
    for _ in 0..<2 {
      let answer = try apns.push()
      #expect((answer.status, answer.reason) == (503, "ServiceUnavailable"))
      #expect(answer.headers["retry-after"] == "7")
    }
    #expect(try apns.push().status == 200)
    #expect(apns.simulator.counts == counts(requests: 3, accepted: 1, refused: ["ServiceUnavailable": 2]))
    #expect(apns.simulator.server.misbehaved == 2)
  }

  private func counts(requests: Int, accepted: Int, refused: [String: Int] = [:]) -> SimulatorCounts {
    var counts = SimulatorCounts()
    (counts.requests, counts.accepted, counts.refused) = (requests, accepted, refused)
    return counts
  }

  @Test(arguments: [true, false]) func `a stream is reset`(taken: Bool) throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.reset(code: 2, taken: taken))
    let answer = try apns.push()
    #expect((answer.status, answer.exitCode) == (0, Exit.stream))
    #expect(apns.simulator.counts == counts(requests: 1, accepted: taken ? 1 : 0))
    #expect(apns.simulator.received.map(\.status) == [taken ? 200 : nil])
  }

  @Test func `a stream that is refused is sent again by a client that knows what it means`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.reset(code: 7, taken: false))
    #expect(try apns.push().status == 200)
    #expect(apns.simulator.counts == counts(requests: 2, accepted: 1))
  }

  @Test func `a server that goes away answers what it has taken, and the rest goes elsewhere`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.goAway(taken: true))
    let request = ["--json", "{}", "-w", "%{http_code}\n"] + apns.headerOptions() + [apns.deviceURL, apns.deviceURL]
    let curl = try apns.curl.start(request)
    #expect(try curl.waitForExit().isSuccess)
    try curl.waitForOutputEnd()
    #expect(curl.lines == ["200", "200"])
    #expect(apns.simulator.received.map(\.connection) == [1, 2])
  }

  @Test func `GOAWAY names the last stream that was taken, a code and a reason`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.goAway(code: 11, taken: false, debug: #"{"reason":"Shutdown"}"#))
    let lines = try nghttp(apns, [])
    #expect(lines.contains { $0.contains("last_stream_id=0, error_code=ENHANCE_YOUR_CALM(0x0b)") })
    #expect(lines.contains { $0.contains(#"{"reason":"Shutdown"}"#) })
    #expect(apns.simulator.counts == counts(requests: 1, accepted: 0))
  }

  @Test func `a request below one that was taken is refused by its stream`() throws {
    // Long enough for all three to be there before the first one's answer.
    let apns = try APNsFixture { $0.server.latency = .milliseconds(500) }
    apns.simulator.misbehave(.goAway(taken: false))
    let lines = try nghttp(apns, ["-m", "3"])
    #expect(lines.contains { $0.contains("RST_STREAM") } && lines.contains { $0.contains("REFUSED_STREAM") })
    #expect(lines.count { $0.contains(":status: 200") } == 2)
    #expect(apns.simulator.counts == counts(requests: 3, accepted: 2))
    #expect(apns.simulator.server.connectionsMade == 1)
  }

  /// What nghttp tells of the frames of some requests on one connection.
  private func nghttp(_ apns: APNsFixture, _ options: [String]) throws -> [String] {
    let directory = try TemporaryDirectory()
    try "{}".write(toFile: directory.file("body"), atomically: true, encoding: .utf8)
    let common = ["-v", "-n", "--no-dep", "-H:method: POST", "-d", directory.file("body")]
    let command = ChildCommand("nghttp", common + options + apns.headerOptions() + [apns.deviceURL])
    let process = try ChildProcess(command)
    try process.waitForExit()
    try process.waitForOutputEnd()
    return process.lines
  }

  @Test func `a connection breaks before the answer, which was taken`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.cut(afterBytes: nil))
    let answer = try apns.push()
    #expect(answer.status == 0)
    #expect(Exit.broken.contains(answer.exitCode), "\(answer.exitCode)")
    #expect(apns.simulator.counts == counts(requests: 1, accepted: 1))
    #expect(try apns.push().status == 200)
  }

  @Test(arguments: [0, 9, 1_000]) func `a connection breaks within the answer's body`(bytes: Int) throws {
    let apns = try APNsFixture()
    let whole = #"{"reason":"BadPriority"}"#
    apns.simulator.misbehave(.cut(afterBytes: bytes))
    let answer = try apns.push(["apns-priority": "9"])
    #expect((answer.status, answer.body) == (400, String(whole.prefix(bytes))))
    #expect(Exit.broken.contains(answer.exitCode))
  }

  @Test func `a request is taken and never answered`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.hang)
    let curl = try apns.curl.start(["--json", "{}"] + apns.headerOptions() + [apns.deviceURL])
    try eventually("the request was taken") { apns.simulator.counts.accepted == 1 }
    #expect(try apns.push().status == 200)
    #expect(curl.exit == nil)
    apns.simulator.server.cutConnections()
    guard case .code(let code) = try curl.waitForExit() else { return #expect(Bool(false)) }
    #expect(Exit.broken.contains(code))
    #expect(apns.simulator.server.connections == 0)
  }

  @Test func `a body comes in pieces`() throws {
    let apns = try APNsFixture()
    apns.simulator.answer(token: APNsFixture.device, with: .unregistered(at: UnixTime(milliseconds: 1_760_000_000_123)))
    let whole = #"{"reason":"Unregistered","timestamp":1760000000123}"#
    apns.simulator.misbehave(.slow(bytes: 4, every: .milliseconds(1)), .all)
    #expect(try apns.push().body == whole)
    let frames = try nghttp(apns, []).count { $0.contains("recv DATA frame") }
    #expect(frames == (whole.utf8.count + 3) / 4)
  }

  @Test func `garbage is no HTTP 2`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.garbage)
    let answer = try apns.push()
    #expect(answer.status == 0)
    #expect(Exit.broken.contains(answer.exitCode), "\(answer.exitCode)")
    #expect(apns.simulator.counts.accepted == 1)
  }

  @Test func `a certificate for another host is not trusted, and counted by connections`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.wrongCertificate)
    #expect(try apns.push().exitCode == Exit.certificate)
    #expect(try apns.push().status == 200)
    #expect(apns.simulator.counts.requests == 1)
    #expect(apns.simulator.server.misbehaved == 1)
  }

  @Test func `whoever does not know the authority does not trust it`() throws {
    let (apns, other) = (try APNsFixture(), try APNsFixture())
    let answer = try apns.push(options: ["--cacert", other.simulator.authorityFile])
    #expect(answer.exitCode == Exit.certificate)
    let shared = try CertificateAuthority()
    let both = try [APNsFixture { $0.server.authority = shared }, APNsFixture { $0.server.authority = shared }]
    #expect(both[0].simulator.authorityFile == both[1].simulator.authorityFile)
    #expect(try both.map { try $0.push().status } == [200, 200])
  }

  @Test func `misbehaviour lasts until it is ended`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.refuse(status: 500, reason: "InternalServerError"), .all)
    #expect(try (0..<3).map { _ in try apns.push().status } == [500, 500, 500])
    apns.simulator.behave()
    #expect(try apns.push().status == 200)
  }

  @Test func `a port that is closed refuses, and opens again`() throws {
    let apns = try APNsFixture()
    apns.simulator.server.stopListening()
    #expect(try apns.push().exitCode == Exit.couldNotConnect)
    try apns.simulator.server.listenAgain()
    #expect(try apns.push().status == 200)
    apns.simulator.stop()
    #expect(try apns.push().exitCode == Exit.couldNotConnect)
    #expect(apns.simulator.received.count == 1)
  }

  @Test func `the number of streams is told at the start and when it changes`() throws {
    let apns = try APNsFixture { $0.server.streamsMax = 7 }
    apns.simulator.misbehave(.hang)
    let directory = try TemporaryDirectory()
    try "{}".write(toFile: directory.file("body"), atomically: true, encoding: .utf8)
    let options = ["-v", "-H:method: POST", "-d", directory.file("body")] + apns.headerOptions() + [apns.deviceURL]
    let nghttp = try ChildProcess(ChildCommand("nghttp", options))
    try nghttp.waitForLine(containing: "SETTINGS_MAX_CONCURRENT_STREAMS(0x03):7]")
    try eventually("the request was taken") { apns.simulator.counts.accepted == 1 }
    apns.simulator.server.setStreamsMax(1)
    try nghttp.waitForLine(containing: "SETTINGS_MAX_CONCURRENT_STREAMS(0x03):1]")
    nghttp.stop()
  }
}
