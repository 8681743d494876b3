import LocalServers
import NotificationModel
import Redis
import Runtime
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("FCM's token, shared between workers") struct FCMSharedTokenTests {
  private let prefix = uniqueName("fcm") + ":"
  private let clock = ManualClock()

  private func provider(_ google: FakeGoogle, redis: RedisSettings? = nil) throws -> FCMProvider {
    let settings = try redis ?? SharedServers.redis.redisSettings
    let shared = try SharedTokens(settings, secret: "secret of the tests", prefix: prefix)
    return try FCMProvider(TestAccount.settings(google), shared: shared) { [clock] in clock.now }
  }

  @Test func `two workers make one request, and the second one needs no other while it waits`() throws {
    let gate = WakeSignal()
    let google = try FakeGoogle { request in
      guard request.path == "/token" else { return .sent }
      _ = Poll.wait([gate.fileDescriptor], timeoutMilliseconds: 30_000)
      return .token("one")
    }
    let workers = try [provider(google), provider(google)]
    defer {
      for worker in workers { worker.stop(within: .zero) }
      google.stop()
    }
    for worker in workers { #expect(try worker.results(.push()) != [.sent(providerID: "0:15%31b")]) }
    try eventually("the token is asked for") { google.tokenRequests.count == 1 }
    // The other finds it taken, and may ask again a second later.
    for _ in 0..<5 {
      clock.advance(seconds: 1)
      for worker in workers { _ = try worker.results(.push()) }
    }
    gate.signal()
    for worker in workers {
      try eventually("it is sent") {
        clock.advance(seconds: 1)
        return try worker.results(.push()) == [.sent(providerID: "0:15%31b")]
      }
    }
    #expect(google.tokenRequests.count == 1)
    #expect(google.messages.allSatisfy { $0.headers["authorization"] == "Bearer one" })
  }

  @Test func `what one makes in a refused one's place, the other takes`() throws {
    let google = try FakeGoogle { request in
      guard request.path == "/token" else {
        return request.headers["authorization"] == "Bearer old"
          ? FakeGoogle.Answer(status: 401, body: #"{"error":{"status":"UNAUTHENTICATED"}}"#) : .sent
      }
      return .token("new")
    }
    let now = clock.now
    let shared = try SharedTokens(
      SharedServers.redis.redisSettings, secret: "secret of the tests", prefix: prefix)
    _ = shared.token("fcm:push@shop-1.iam.gserviceaccount.com:0123abcd", youngerThan: 1, now: now) {
      SharedTokens.Token(text: "old", madeAt: now)
    }
    let workers = try [provider(google), provider(google)]
    defer {
      for worker in workers { worker.stop(within: .zero) }
      google.stop()
    }
    let refusal = SendResult.failed(SendFailure(.providerBusy, code: "UNAUTHENTICATED"))
    for worker in workers { #expect(try worker.result(.push()) == refusal) }
    for worker in workers { #expect(try worker.result(.push()) == .sent(providerID: "0:15%31b")) }
    #expect(google.tokenRequests.count == 1)
  }

  @Test func `without Redis each makes its own`() throws {
    let google = try FakeGoogle { $0.path == "/token" ? .token("own") : .sent }
    let closed = try ClosedPort()
    let worker = try provider(google, redis: RedisSettings(.tcp(host: "127.0.0.1", port: closed.number)))
    defer {
      worker.stop(within: .zero)
      google.stop()
    }
    #expect(try worker.result(.push()) == .sent(providerID: "0:15%31b"))
    #expect(google.tokenRequests.count == 1)
  }
}
