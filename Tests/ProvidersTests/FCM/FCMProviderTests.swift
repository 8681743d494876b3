import Foundation
import HTTPTransfer
import LocalServers
import NotificationModel
import Runtime
import Signing
import Synchronization
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("FCM over HTTP") struct FCMProviderTests {
  private let clock = ManualClock()

  /// Stopped at the end, so that no thread is left.
  private func with(
    _ google: FakeGoogle, tokenEndpoint: String? = nil, _ body: (FCMProvider) throws -> Void
  ) throws {
    var settings = try TestAccount.settings(google)
    settings.tokenEndpoint = tokenEndpoint
    let provider = try FCMProvider(settings, shared: nil) { [clock] in clock.now }
    defer {
      provider.stop(within: .zero)
      google.stop()
    }
    try body(provider)
  }

  private static func failed(
    _ effect: SendFailure.Effect, _ code: String, _ wait: Duration? = nil, isOwnRest: Bool = false
  ) -> SendResult {
    .failed(SendFailure(effect, code: code, retryAfter: wait, isOwnRest: isOwnRest))
  }

  private static let isMade = failed(.providerBusy, "TOKEN_IS_MADE", .seconds(1), isOwnRest: true)
  private static let sent = SendResult.sent(providerID: "0:15%31b")

  @Test func `it sends what it is given, with a token that the account's key has signed for`() throws {
    let google = try FakeGoogle { $0.path == "/token" ? .token("ya29.one") : .sent }
    try with(google) { provider in
      #expect(provider.name == "fcm")
      #expect(provider.resendsAmbiguous)
      #expect(try provider.result(.push()) == Self.sent)
      let message = try #require(google.messages.first)
      #expect(message.path == "/v1/projects/shop-1/messages:send")
      #expect(message.headers["authorization"] == "Bearer ya29.one")
      #expect(message.headers["content-type"] == "application/json")
      #expect(message.body.contains(#""token":"device-token""#))
      let request = try #require(google.tokenRequests.first)
      #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
      try check(assertion: request.body, audience: "\(google.url)/token")
    }
  }

  private struct Header: Decodable { let alg, kid, typ: String }

  private struct Claims: Decodable, Equatable {
    let iss, scope, aud: String
    let iat, exp: Int64
  }

  private func check(assertion body: String, audience: String) throws {
    let start = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
    try #require(body.hasPrefix(start))
    let parts = body.dropFirst(start.count).split(separator: ".")
    try #require(parts.count == 3)
    let bytes = try parts.map { Data(try #require(Base64URL.decode(String($0)))) }
    let header = try JSONDecoder().decode(Header.self, from: bytes[0])
    #expect([header.alg, header.kid, header.typ] == ["RS256", "0123abcd", "JWT"])
    let second = clock.now.milliseconds / 1_000
    let claims = Claims(
      iss: "push@shop-1.iam.gserviceaccount.com", scope: "https://www.googleapis.com/auth/firebase.messaging",
      aud: audience, iat: second, exp: second + 3_600)
    #expect(try JSONDecoder().decode(Claims.self, from: bytes[1]) == claims)
    #expect(try Self.isSigned("\(parts[0]).\(parts[1])", bytes[2]))
  }

  /// By the openssl command, another hand than the one that signs.
  private static func isSigned(_ text: String, _ signature: Data) throws -> Bool {
    let directory = try TemporaryDirectory(prefix: "bongsu-assertion")
    let (key, signed, plain) = (directory.file("key"), directory.file("signature"), directory.file("text"))
    try TestKeys.rsa.get().write(toFile: key, atomically: true, encoding: .utf8)
    try signature.write(to: URL(fileURLWithPath: signed))
    try text.write(toFile: plain, atomically: true, encoding: .utf8)
    return try ChildProcess.run(
      ChildCommand(
        "openssl",
        ["pkeyutl", "-verify", "-inkey", key, "-in", plain, "-sigfile", signed, "-rawin", "-digest", "sha256"])
    ).contains { $0.contains("Verified") }
  }

  @Test func `until there is a token deliveries are told so, and one request makes it for all`() throws {
    let gate = WakeSignal()
    let google = try FakeGoogle { request in
      guard request.path == "/token" else { return .sent }
      _ = Poll.wait([gate.fileDescriptor], timeoutMilliseconds: 30_000)
      return .token("one")
    }
    try with(google) { provider in
      #expect(try provider.results(.push(tag: 1), .push(tag: 2)) == [Self.isMade, Self.isMade])
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        #expect((try? provider.results(.push())) == [Self.isMade])
      }
      try eventually("the token is asked for") { google.tokenRequests.count == 1 }
      #expect(try provider.results(.push()) == [Self.isMade])
      gate.signal()
      #expect(try provider.result(.push()) == Self.sent)
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        #expect((try? provider.results(.push())) == [Self.sent])
      }
      #expect(google.tokenRequests.count == 1)
      #expect(google.messages.count == 9)
    }
  }

  /// Tokens by number.
  private static func numbered(expiresIn: Int = 3_600) -> @Sendable () -> FakeGoogle.Answer {
    let count = SharedCount()
    return { .token("token-\(count.next())", expiresIn: expiresIn) }
  }

  private final class SharedCount: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0
      }
    }
  }

  private static func bearers(_ google: FakeGoogle) -> [String] {
    google.messages.compactMap { $0.headers["authorization"]?.replacing("Bearer token-", with: "") }
  }

  @Test func `a token is renewed while the old one works`() throws {
    let token = Self.numbered()
    let google = try FakeGoogle { $0.path == "/token" ? token() : .sent }
    try with(google) { provider in
      #expect(try provider.result(.push()) == Self.sent)
      clock.advance(seconds: 2_999)
      #expect(try provider.results(.push()) == [Self.sent])
      #expect(google.tokenRequests.count == 1)
      clock.advance(seconds: 1)
      try eventually("the new one is used") {
        guard try provider.results(.push()) == [Self.sent] else { throw NeverHappened(description: "not sent") }
        return Self.bearers(google).last == "2"
      }
      #expect(google.tokenRequests.count == 2)
    }
  }

  @Test func `an old token is not used past its end`() throws {
    let token = Self.numbered(expiresIn: 1_000)
    let google = try FakeGoogle { $0.path == "/token" ? token() : .sent }
    try with(google) { (provider) throws in
      #expect(try provider.result(.push()) == Self.sent)
      clock.advance(seconds: 1_000)
      #expect(try provider.results(.push()) == [Self.isMade])
      #expect(try provider.result(.push()) == Self.sent)
      #expect(Self.bearers(google) == ["1", "2"])
    }
  }

  private static let unauthenticated = FakeGoogle.Answer(
    status: 401, body: #"{"error":{"code":401,"status":"UNAUTHENTICATED"}}"#)

  @Test func `a token that FCM does not take is replaced`() throws {
    let token = Self.numbered()
    let google = try FakeGoogle { request in
      if request.path == "/token" { return token() }
      return request.headers["authorization"] == "Bearer token-1" ? Self.unauthenticated : .sent
    }
    try with(google) { (provider) throws in
      #expect(try provider.result(.push()) == Self.failed(.providerBusy, "UNAUTHENTICATED"))
      #expect(try provider.results(.push()) == [Self.isMade])
      #expect(try provider.result(.push()) == Self.sent)
      #expect(Self.bearers(google) == ["1", "2"])
    }
  }

  @Test func `one that FCM has taken is replaced, too, when its time comes`() throws {
    let token = Self.numbered()
    let google = try FakeGoogle { request in
      if request.path == "/token" { return token() }
      let isOver = request.headers["authorization"] == "Bearer token-2" && request.body.contains("later")
      return isOver || request.headers["authorization"] == "Bearer token-1" ? Self.unauthenticated : .sent
    }
    try with(google) { (provider) throws in
      #expect(try provider.result(.push()) == Self.failed(.providerBusy, "UNAUTHENTICATED"))
      #expect(try provider.result(.push()) == Self.sent)
      let later = SendRequest.push(token: "later")
      #expect(try provider.result(later) == Self.failed(.providerBusy, "UNAUTHENTICATED"))
      #expect(try provider.result(later) == Self.sent)
      #expect(Self.bearers(google) == ["1", "2", "2", "3"])
    }
  }

  @Test func `when the next one is not taken either, a person must act, and it is tried again later`() throws {
    let token = Self.numbered()
    let google = try FakeGoogle { request in
      if request.path == "/token" { return token() }
      return request.headers["authorization"] == "Bearer token-3" ? .sent : Self.unauthenticated
    }
    try with(google) { provider in
      #expect(try provider.result(.push()) == Self.failed(.providerBusy, "UNAUTHENTICATED"))
      #expect(try provider.result(.push()) == Self.failed(.providerRefuses, "UNAUTHENTICATED"))
      let rest = Self.failed(.providerRefuses, "UNAUTHENTICATED", .seconds(60), isOwnRest: true)
      #expect(try provider.results(.push()) == [rest])
      #expect(google.tokenRequests.count == 2)
      clock.advance(seconds: 60)
      try eventually("it is tried again") { try provider.results(.push()) == [Self.sent] }
    }
  }

  @Test func `what the token endpoint refuses is told in its own word, and nothing is sent`() throws {
    let google = try FakeGoogle { _ in
      FakeGoogle.Answer(status: 400, body: #"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#)
    }
    try with(google) { provider in
      guard case .failed(let failure) = try provider.result(.push()) else {
        Issue.record("sent?")
        return
      }
      #expect((failure.effect, failure.code) == (.providerRefuses, "invalid_grant"))
      #expect(google.messages.isEmpty)
    }
  }

  @Test func `settings that libcurl does not take are refused at once`() throws {
    var settings = try TestAccount.settings(url: "https://127.0.0.1:1")
    settings.client.streams = 0
    #expect(throws: HTTPTransferError.self) { try FCMProvider(settings) }
    settings.client.streams = 1
    settings.client.connections = 0
    #expect(throws: HTTPTransferError.self) { try FCMProvider(settings) }
  }

  @Test func `a token endpoint that is not there is waited for`() throws {
    let closed = try ClosedPort()
    let google = try FakeGoogle { _ in .sent }
    try with(google, tokenEndpoint: "http://127.0.0.1:\(closed.number)/token") { provider in
      guard case .failed(let failure) = try provider.result(.push()) else {
        Issue.record("sent?")
        return
      }
      #expect((failure.effect, failure.code) == (.providerBusy, "TOKEN_CANNOT_CONNECT"))
      #expect(failure.retryAfter ?? .zero >= .seconds(1))
    }
  }

  @Test func `a token endpoint in place of the account's gets the same assertion`() throws {
    let google = try FakeGoogle { $0.path == "/token" ? .token("one") : .sent }
    let other = try FakeGoogle { _ in .token("two") }
    defer { other.stop() }
    try with(google, tokenEndpoint: "\(other.url)/token") { provider in
      #expect(try provider.result(.push()) == Self.sent)
      #expect(google.tokenRequests.isEmpty)
      try check(assertion: try #require(other.tokenRequests.first).body, audience: "\(google.url)/token")
    }
  }

  @Test func `what is refused here is told beside what is sent`() throws {
    let google = try FakeGoogle { $0.path == "/token" ? .token("one") : .sent }
    try with(google) { provider in
      _ = try provider.result(.push())
      let large = String(repeating: "x", count: 4_096)
      #expect(
        try provider.results(.push(tag: 1), .push(tag: 2, body: large), .push(tag: 3))
          == [Self.sent, Self.failed(.permanent, "PAYLOAD_TOO_LARGE"), Self.sent])
      #expect(google.messages.count == 3)
    }
  }

  @Test(
    "when most tokens are bad, no device is to be disabled",
    arguments: [
      (400, "INVALID_ARGUMENT"), (403, "SENDER_ID_MISMATCH"),
    ])
  func doubt(_ status: Int, _ word: String) throws {
    let details = #"[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"\#(word)"}]"#
    let google = try FakeGoogle { request in
      request.path == "/token"
        ? .token("one") : FakeGoogle.Answer(status: status, body: #"{"error":{"details":\#(details)}}"#)
    }
    try with(google) { provider in
      #expect(try provider.result(.push()) == Self.failed(.deadAddress(since: nil), word))
      var results: [SendResult] = []
      for _ in 0..<49 { results += try provider.results(.push()) }
      #expect(results.dropLast().allSatisfy { $0 == Self.failed(.deadAddress(since: nil), word) })
      #expect(results.last == Self.failed(.providerRefuses, "BAD_TOKENS"))
    }
  }

  @Test func `a stop ends what waits, and nothing is sent after it`() throws {
    let gate = WakeSignal()
    defer { gate.signal() }
    let google = try FakeGoogle { request in
      if request.path == "/token" { return .token("one") }
      if request.body.contains("held") { _ = Poll.wait([gate.fileDescriptor], timeoutMilliseconds: 30_000) }
      return .sent
    }
    try with(google) { provider in
      #expect(try provider.result(.push()) == Self.sent)
      let reports = Mutex<[SendReport]>([])
      provider.send([.push(token: "held")]) { new in reports.withLock { $0 += new } }
      try eventually("it is on its way") { google.messages.count == 2 }
      provider.stop(within: .zero)
      #expect(reports.withLock { $0 } == [SendReport(tag: 1, Self.failed(.unknown, "CONNECTION_LOST"))])
      #expect(try provider.results(.push()) == [Self.failed(.providerBusy, "STOPPED")])
      #expect(google.messages.count == 2)
    }
  }
}
