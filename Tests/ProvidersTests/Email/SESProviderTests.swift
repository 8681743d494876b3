import Foundation
import HTTPTransfer
import LocalServers
import NotificationModel
import Signing
import Synchronization
import TestSupport
import Testing
import Worker

@testable import Providers

/// Against a stand-in that checks our signature by botocore's.
@Suite("Amazon SES's provider", .requires(.python)) struct SESProviderTests {
  private let server: ChildProcess
  private let port: String

  init() throws {
    server = try PythonPackages.start("ses_server.py")
    port = String(try server.waitForLine { $0.hasPrefix("listening ") }.split(separator: " ")[1])
  }

  private struct Taken: Decodable {
    let to, recipient, subject, tag: String
    let set: String?
    let signature: String
  }

  private func provider(secret: String = "secret1", _ change: (inout SESSettings) -> Void = { _ in }) throws
    -> SESProvider
  {
    let credentials = AWSCredentials(accessKeyID: "id1", secret: secret)
    var settings = SESSettings(region: "ap-northeast-2", credentials: credentials, email: MailFixture.settings)
    settings.endpoint = "http://127.0.0.1:\(port)"
    settings.client.allowsLocalPlaintext = true
    change(&settings)
    return try SESProvider(settings)
  }

  @Test func `plaintext is for tests alone`() throws {
    #expect(throws: SendFailure(.providerRefuses, code: "BAD_SES_ENDPOINT")) {
      try provider { $0.client.allowsLocalPlaintext = false }
    }
  }

  /// Sends to each of them, and gives back the results in their order.
  private func send(_ provider: SESProvider, to addresses: [String]) throws -> [SendResult?] {
    let reports = MailReports()
    provider.send(
      addresses.enumerated().map { index, address in
        let content = EmailContent(subject: "제목 \(index)", text: "t")
        return SendRequest(tag: UInt64(index), delivery: MailFixture.delivery(content, to: address), attempt: 1)
      }, report: reports.add)
    try eventually("every mail has a report") { reports.all.count >= addresses.count }
    provider.stop(within: .seconds(5))
    #expect(reports.all.count == addresses.count, "each has one report")
    return addresses.indices.map { index in reports.all.first { $0.tag == UInt64(index) }?.result }
  }

  @Test func `mails arrive, signed as Amazon wants it and by our own key`() throws {
    let key = try TestKey.rsa()
    let provider = try provider {
      $0.configurationSet = "events"
      $0.email.dkim = [DKIMSettings(domain: "example.com", selector: "s", key: key.pem)]
    }
    #expect(provider.name == "ses")
    #expect(provider.resendsAmbiguous)
    let results = try send(provider, to: ["a@example.org", "b+c@example.org"])
    #expect(results == Array(repeating: .sent(providerID: "m-\(MailFixture.id)"), count: 2))
    let taken = try server.lines.filter { $0.hasPrefix("{") }.map {
      try JSONDecoder().decode(Taken.self, from: Data($0.utf8))
    }.sorted { $0.to < $1.to }
    #expect(taken.map(\.to) == ["a@example.org", "b+c@example.org"])
    #expect(taken.map(\.recipient) == taken.map(\.to))
    #expect(taken.map(\.subject) == ["제목 0", "제목 1"])
    #expect(taken.map(\.tag) == [MailFixture.id, MailFixture.id])
    #expect(taken.map(\.set) == ["events", "events"])
    let names = try #require(taken[0].signature.replacing(/\s/, with: "").firstMatch(of: /;h=([^;]*);/)).1
    let signed = Set(names.split(separator: ":").map(String.init))
    #expect(signed.isSuperset(of: ["from", "subject", "list-unsubscribe", "list-unsubscribe-post"]))
    #expect(signed.isDisjoint(with: ["date", "message-id"]), "SES writes them anew")
  }

  @Test func `each answer goes to its own mail, and what cannot be sent is not`() throws {
    let results = try send(
      provider(),
      to: [
        "400-MessageRejected@example.org", "ok@example.org", "429-TooManyRequestsException@example.org",
        "한글@example.org", "lost@example.org", "500-InternalFailure@example.org", "nobody",
      ])
    func failed(_ effect: SendFailure.Effect, _ code: String) -> SendResult { .failed(SendFailure(effect, code: code)) }
    #expect(
      results == [
        failed(.permanent, "MessageRejected"), .sent(providerID: "m-\(MailFixture.id)"),
        failed(.providerThrottles, "TooManyRequestsException"), failed(.permanent, "ADDRESS_NEEDS_SMTPUTF8"),
        failed(.unknown, "CONNECTION_LOST"), failed(.unknown, "InternalFailure"), failed(.permanent, "INVALID_ADDRESS"),
      ])
  }

  @Test func `a wrong key is a person's to mend`() throws {
    let results = try send(provider(secret: "secret2"), to: ["a@example.org"])
    #expect(results == [.failed(SendFailure(.providerRefuses, code: "SignatureDoesNotMatch"))])
    #expect(server.lines.allSatisfy { !$0.hasPrefix("{") })
  }

  @Test func `a host that is not there takes nothing`() throws {
    server.stop()
    let results = try send(provider(), to: ["a@example.org"])
    #expect(results == [.failed(SendFailure(.providerBusy, code: "CANNOT_CONNECT"))])
  }

  @Test func `an ambiguous mail can be left to a person`() throws {
    #expect(try provider { $0.resendsAmbiguous = false }.resendsAmbiguous == false)
  }

  @Test(arguments: [
    "", "https://", "email/example", "https://a/b", "https://a@b", "https://a?b", "https://a\r\nX: b", "ftp://a",
  ])
  func `an endpoint that is no host is refused`(endpoint: String) throws {
    #expect(throws: SendFailure(.providerRefuses, code: "BAD_SES_ENDPOINT")) {
      try provider { $0.endpoint = endpoint }
    }
    #expect(throws: SendFailure(.providerRefuses, code: "BAD_SES_ENDPOINT")) {
      try provider {
        $0.endpoint = nil
        $0.region = endpoint
      }
    }
  }
}

/// What a provider reported, from whatever thread.
final class MailReports: Sendable {
  private let reports = Mutex<[SendReport]>([])

  var all: [SendReport] { reports.withLock { $0 } }

  func add(_ added: [SendReport]) { reports.withLock { $0 += added } }
}
