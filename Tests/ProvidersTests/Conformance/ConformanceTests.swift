import Foundation
import HTTPTransfer
import LocalServers
import NotificationModel
import ProviderConformance
import ProviderSimulators
import Signing
import Synchronization
import TestSupport
import Testing
import Worker

@testable import Providers

/// Each provider keeps what `Provider` promises; so does the example, which is compiled in here.
@Suite("Conformance of providers") struct ConformanceTests {
  private static func pushes(_ platform: UserDevice.Platform) -> [Delivery] {
    (0..<30).map { number in
      let token = platform == .ios ? String(format: "%064x", number) : String(repeating: "t", count: 140)
      return Deliveries.push(token: token, id: UUID().uuidString.lowercased(), platform: platform)
    }
  }

  private static func mails() -> [Delivery] {
    (0..<30).map { number in
      var delivery = MailFixture.delivery(to: "kim\(number)@example.org")
      delivery.id = UUID().uuidString.lowercased()
      return delivery
    }
  }

  private func apns(_ simulator: APNsSimulator, url: String? = nil) throws -> APNsProvider {
    var settings = APNsSettings(
      teamID: APNsSimulator.teamID, keyID: APNsSimulator.keyID, key: simulator.signingKey.pem)
    settings.production = url ?? simulator.url
    settings.client.authorityFile = simulator.authorityFile
    return try APNsProvider(settings)
  }

  @Test func `APNs`() throws {
    let simulator = try APNsSimulator()
    let found = try ProviderConformance.check(sendable: Self.pushes(.ios), refused: Self.mails()) {
      try apns(simulator)
    }
    #expect(found == [])
    let port = try ClosedPort()
    let away = try ProviderConformance.checkUnreachable(Self.pushes(.ios)) {
      try apns(simulator, url: "https://127.0.0.1:\(port.number)")
    }
    #expect(away == [])
    simulator.misbehave(.hang, .all)
    #expect(try ProviderConformance.checkStop(Self.pushes(.ios)) { try apns(simulator) } == [])
  }

  @Test func `FCM`() throws {
    let simulator = try FCMSimulator()
    func make(_ url: String) throws -> FCMProvider {
      var settings = try FCMSettings(serviceAccount: simulator.serviceAccount)
      settings.endpoint = url
      settings.client.authorityFile = simulator.authorityFile
      return try FCMProvider(settings)
    }
    func ready(_ url: String) throws -> FCMProvider {
      let provider = try make(url)
      // Until it has an access token everything waits.
      let last = Mutex<SendResult?>(nil)
      try eventually("it has an access token") {
        provider.send([Deliveries.request(Self.pushes(.android)[0])]) { reports in
          last.withLock { $0 = reports.first?.result }
        }
        let result = last.withLock { $0 }
        if case .failed(let failure)? = result { return failure.code != "TOKEN_IS_MADE" }
        return result != nil
      }
      return provider
    }
    let found = try ProviderConformance.check(sendable: Self.pushes(.android), refused: Self.mails()) {
      try ready(simulator.url)
    }
    #expect(found == [])
    let port = try ClosedPort()
    let away = try ProviderConformance.checkUnreachable(Self.pushes(.android)) {
      try ready("https://127.0.0.1:\(port.number)")
    }
    #expect(away == [])
    let stopped = try ProviderConformance.checkStop(Self.pushes(.android)) {
      let provider = try ready(simulator.url)
      simulator.misbehave(.hang, .all, path: "/v1/")
      return provider
    }
    #expect(stopped == [])
  }

  @Test(.requires(.python)) func `SMTP`() throws {
    let certificate = try TestCertificate()
    let server = try PythonPackages.start("smtp_server.py", [certificate.file, certificate.keyFile])
    let port = try #require(UInt16(server.waitForLine { $0.hasPrefix("listening ") }.split(separator: " ")[1]))
    func make(_ port: UInt16) throws -> SMTPProvider {
      var client = SMTPClientSettings(host: "127.0.0.1", port: port)
      client.credentials = SMTPCredentials(user: "u", password: "p")
      client.authorityFile = certificate.file
      return try SMTPProvider(SMTPSettings(client: client, email: MailFixture.settings))
    }
    let found = try ProviderConformance.check(sendable: Self.mails(), refused: Self.pushes(.ios)) { try make(port) }
    #expect(found == [])
    let closed = try ClosedPort()
    #expect(try ProviderConformance.checkUnreachable(Self.mails()) { try make(closed.number) } == [])
  }

  @Test func `SMTP that takes mails and never answers`() throws {
    let simulator = try SMTPSimulator()
    simulator.misbehave(.hang, .all)
    let stopped = try ProviderConformance.checkStop(Self.mails()) {
      var client = SMTPClientSettings(host: "127.0.0.1", port: simulator.port)
      client.credentials = SMTPCredentials(user: SMTPSimulator.user, password: SMTPSimulator.password)
      client.authorityFile = simulator.authorityFile
      return try SMTPProvider(SMTPSettings(client: client, email: MailFixture.settings))
    }
    #expect(stopped == [])
  }

  @Test(.requires(.python)) func `SES`() throws {
    let server = try PythonPackages.start("ses_server.py")
    let port = try server.waitForLine { $0.hasPrefix("listening ") }.split(separator: " ")[1]
    func make(_ url: String) throws -> SESProvider {
      let credentials = AWSCredentials(accessKeyID: "id1", secret: "secret1")
      var settings = SESSettings(region: "ap-northeast-2", credentials: credentials, email: MailFixture.settings)
      settings.endpoint = url
      settings.client.allowsLocalPlaintext = true
      return try SESProvider(settings)
    }
    let found = try ProviderConformance.check(sendable: Self.mails(), refused: Self.pushes(.ios)) {
      try make("http://127.0.0.1:\(port)")
    }
    #expect(found == [])
    let closed = try ClosedPort()
    let away = try ProviderConformance.checkUnreachable(Self.mails()) { try make("http://127.0.0.1:\(closed.number)") }
    #expect(away == [])
    let silent = try SMSServer { _ in .silence }
    defer { silent.stop() }
    #expect(try ProviderConformance.checkStop(Self.mails()) { try make(silent.url) } == [])
  }

  private static func texts() -> [Delivery] {
    (0..<20).map { number in
      var delivery = MailFixture.delivery()
      (delivery.id, delivery.channel) = (UUID().uuidString.lowercased(), .sms)
      delivery.address = .phone("+8210\(12_340_000 + number)")
      delivery.content = MessageContent(sms: SMSContent(body: "주문 \(number)"))
      return delivery
    }
  }

  @Test(arguments: SMSSimulator.Vendor.allCases) func `SMS vendors`(vendor: SMSSimulator.Vendor) throws {
    let simulator = try SMSSimulator(vendor)
    func make(_ url: String? = nil) throws -> SMSProvider {
      var settings = SMSSettings(vendors: [try SMSStandInTests.vendor(simulator, host: url)])
      settings.client.authorityFile = simulator.authorityFile
      return try SMSProvider(settings)
    }
    let found = try ProviderConformance.check(sendable: Self.texts(), refused: Self.pushes(.ios)) { try make() }
    #expect(found == [])
    let closed = try ClosedPort()
    let away = try ProviderConformance.checkUnreachable(Self.texts()) { try make("https://127.0.0.1:\(closed.number)") }
    #expect(away == [])
    simulator.misbehave(.hang, .all)
    #expect(try ProviderConformance.checkStop(Self.texts()) { try make() } == [])
  }

  @Test func `the example's webhooks`() throws {
    let server = try SMSServer { body in body.contains("hush") ? .silence : .reply(204, "") }
    func make(_ url: String) throws -> WebhookProvider {
      var client = HTTPClientSettings()
      client.allowsLocalPlaintext = true
      return try WebhookProvider(url: url, secret: Array("a secret of many letters".utf8), client: client)
    }
    let found = try ProviderConformance.check(sendable: Self.mails(), refused: Self.pushes(.ios)) {
      try make(server.url)
    }
    #expect(found == [])
    let closed = try ClosedPort()
    let away = try ProviderConformance.checkUnreachable(Self.mails()) { try make("http://127.0.0.1:\(closed.number)") }
    #expect(away == [])
    let silent = Self.mails().prefix(4).map { mail in
      var mail = mail
      mail.content.email?.subject = "hush"
      return mail
    }
    #expect(try ProviderConformance.checkStop(silent) { try make(server.url) } == [])
  }

  /// One that breaks each promise once.
  private final class Liar: Provider {
    let name = "Liar 2"
    let resendsAmbiguous = false
    private let stopped = Mutex(false)

    func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
      guard !stopped.withLock({ $0 }) else {
        return report(requests.map { SendReport(tag: $0.tag, .sent(providerID: nil)) })
      }
      for request in requests.dropFirst() {
        let failure = SendFailure(.retriable, code: "no <kim@example.org>")
        report([
          SendReport(
            tag: request.tag, request.delivery.address.device == nil ? .failed(failure) : .sent(providerID: nil))
        ])
        report([SendReport(tag: request.tag, .failed(failure))])
      }
    }

    func stop(within time: Duration) { stopped.withLock { $0 = true } }
  }

  @Test func `one that lies is found out`() throws {
    let found = try ProviderConformance.check(
      sendable: Self.mails(), refused: Self.pushes(.ios), within: .milliseconds(50)
    ) { Liar() }
    for words in [
      "not of small letters", "is not reported", "more than once", "should be sent, and failed",
      "cannot be sent, and is told as sent", "is no word", "is told as sent when it was stopped",
    ] {
      #expect(found.contains { $0.contains(words) }, "\(words)")
    }
  }
}
