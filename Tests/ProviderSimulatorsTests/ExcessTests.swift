import ProviderSimulators
import TestSupport
import Testing

/// What clients that are not ours make of answers that are too much, or point elsewhere, or do not come.
@Suite("A stand-in that exceeds") struct ExcessTests {
  @Test func `headers come without end`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.headersWithoutEnd)
    let answer = try apns.push(options: ["--max-time", "1"])
    // curl takes 300 KB of them, and then no more.
    #expect(answer.exitCode != 0)
    #expect(apns.simulator.counts.accepted == 1)
    #expect(try apns.push().status == 200)
  }

  @Test func `a body is as long as is asked for`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.longBody(bytes: 300_000))
    let answer = try apns.push()
    #expect(answer.status == 200 && answer.body.utf8.count == 300_000)
  }

  @Test func `a few bytes become many where they are unpacked`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.packed(bytes: 1_000_000))
    // The sum at its end is wrong, so that curl may complain once it has all.
    let unpacked = try apns.push(options: ["--compressed"])
    #expect(unpacked.status == 200 && unpacked.headers["content-encoding"] == "gzip")
    #expect(unpacked.body.utf8.count > 990_000 && unpacked.body.utf8.allSatisfy { $0 == 0 })
  }

  @Test func `a redirect takes nothing and names its goal`() throws {
    let apns = try APNsFixture()
    apns.simulator.misbehave(.redirect(to: "https://localhost:1/"))
    let answer = try apns.push()
    #expect(answer.status == 307 && answer.headers["location"] == "https://localhost:1/")
    #expect(apns.simulator.counts.accepted == 0)
  }

  @Test func `one that stands still takes connections, and answers once it goes on`() throws {
    let apns = try APNsFixture()
    apns.simulator.server.freeze()
    let answer = try apns.push(options: ["--max-time", "1"])
    #expect(answer.exitCode == 28 && answer.status == 0)
    #expect(apns.simulator.counts.requests == 0)
    apns.simulator.server.thaw()
    #expect(try apns.push().status == 200)
  }
}
