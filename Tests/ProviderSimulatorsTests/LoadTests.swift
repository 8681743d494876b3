import Foundation
import LocalServers
import ProviderSimulators
import Testing

/// Many requests at a time, by h2load.
@Suite struct LoadTests {
  /// Its line of results by status, such as `2000 2xx, 0 3xx, 0 4xx, 0 5xx`.
  private func statuses(_ apns: APNsFixture, connections: Int, streams: Int, requests: Int) throws -> String {
    let directory = try TemporaryDirectory()
    try Data(APNsFixture.payload).write(to: URL(fileURLWithPath: directory.file("body")))
    let amount = ["-n", "\(requests)", "-c", "\(connections)", "-m", "\(streams)", "-d", directory.file("body")]
    let lines = try ChildProcess.run(ChildCommand("h2load", amount + apns.headerOptions() + [apns.deviceURL]))
    return lines.first { $0.hasPrefix("status codes: ") }.map { String($0.dropFirst("status codes: ".count)) } ?? ""
  }

  @Test func `all requests of many connections and streams are answered and counted once`() throws {
    let apns = try APNsFixture {
      $0.server.latency = .milliseconds(5)
      $0.receivedMax = 0
    }
    let result = try statuses(apns, connections: 10, streams: 100, requests: 5_000)
    #expect(result == "5000 2xx, 0 3xx, 0 4xx, 0 5xx")
    #expect((apns.simulator.counts.requests, apns.simulator.counts.accepted) == (5_000, 5_000))
    #expect(apns.simulator.server.connectionsMade == 10)
    #expect(apns.simulator.received.isEmpty)
  }

  @Test func `a part of them fails by chance, and what is told is what is counted`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.refuse(status: 503, reason: "Shutdown"), .fraction(0.2, seed: 4))
    let result = try statuses(apns, connections: 2, streams: 50, requests: 2_000)
    let refused = apns.simulator.counts.refused["Shutdown"] ?? 0
    #expect((300...500).contains(refused))
    #expect(result == "\(2_000 - refused) 2xx, 0 3xx, 0 4xx, \(refused) 5xx")
    #expect(apns.simulator.received.count { $0.isAccepted } == 2_000 - refused)
  }

  @Test func `of a long body the beginning is kept, and all of it is counted`() throws {
    let apns = try APNsFixture()
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: 5 << 20)
    #expect(try apns.push(body: body).status == 413)
    #expect(apns.simulator.received.map(\.payload.count) == [64 << 10])
  }
}
