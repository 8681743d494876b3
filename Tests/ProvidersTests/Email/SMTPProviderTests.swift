import Foundation
import HTTPTransfer
import LocalServers
import NotificationModel
import TestSupport
import Testing
import Worker

@testable import Providers

/// Against aiosmtpd, with STARTTLS and a log-in.
@Suite("Mail by SMTP", .requires(.python)) struct SMTPProviderTests {
  private let certificate: TestCertificate
  private let server: ChildProcess
  private let port: UInt16

  init() throws {
    certificate = try TestCertificate()
    server = try PythonPackages.start("smtp_server.py", [certificate.file, certificate.keyFile])
    port = try #require(UInt16(server.waitForLine { $0.hasPrefix("listening ") }.split(separator: " ")[1]))
  }

  private struct Taken: Decodable {
    let from: String
    let to: [String]
    let subject, id, text: String
    let isEncrypted, isLoggedIn: Bool
  }

  private func provider(password: String = "p") throws -> SMTPProvider {
    var client = SMTPClientSettings(host: "127.0.0.1", port: port)
    client.credentials = SMTPCredentials(user: "u", password: password)
    client.authorityFile = certificate.file
    return try SMTPProvider(SMTPSettings(client: client, email: MailFixture.settings))
  }

  private func send(_ provider: SMTPProvider, to addresses: [String]) throws -> [SendResult?] {
    let reports = MailReports()
    provider.send(
      addresses.enumerated().map { index, address in
        let content = EmailContent(subject: "주문 \(index)", text: ".한 줄\n.\n끝 \(index)\n")
        return SendRequest(tag: UInt64(index), delivery: MailFixture.delivery(content, to: address), attempt: 1)
      }, report: reports.add)
    try eventually("every mail has a report") { reports.all.count >= addresses.count }
    provider.stop(within: .seconds(5))
    #expect(reports.all.count == addresses.count, "each has one report")
    return addresses.indices.map { index in reports.all.first { $0.tag == UInt64(index) }?.result }
  }

  private func taken() throws -> [Taken] {
    try server.lines.filter { $0.hasPrefix("{") }.map { try JSONDecoder().decode(Taken.self, from: Data($0.utf8)) }
  }

  @Test func `mails arrive whole, encrypted and logged in, each with its own return path`() throws {
    let addresses = (0..<30).map { "kim\($0)@example.org" }
    let results = try send(try provider(), to: addresses)
    #expect(results.allSatisfy { $0 == .sent(providerID: nil) })
    try eventually("all are told of") { try taken().count == 30 }
    for mail in try taken() {
      let index = try #require(addresses.firstIndex { [$0] == mail.to })
      #expect(mail.subject == "주문 \(index)" && mail.text.replacing("\r\n", with: "\n") == ".한 줄\n.\n끝 \(index)\n")
      #expect(mail.from == "bounce+\(MailFixture.id)@bounces.example.com")
      #expect(mail.id == "<\(MailFixture.id)@mail.example.com>" && mail.isEncrypted && mail.isLoggedIn)
    }
  }

  @Test func `what is refused is told apart, and the rest arrives`() throws {
    let results = try send(try provider(), to: ["550@example.org", "450@example.org", "a@example.org", "no address"])
    #expect(results[0] == .failed(SendFailure(.deadAddress(since: nil), code: "550_5.1.1")))
    #expect(results[1] == .failed(SendFailure(.retriable, code: "450")))
    #expect(results[2] == .sent(providerID: nil))
    #expect(results[3] == .failed(SendFailure(.permanent, code: "INVALID_ADDRESS")))
  }

  @Test func `a wrong password is for a person`() throws {
    let results = try send(try provider(password: "wrong"), to: ["a@example.org"])
    guard case .failed(let failure)? = results[0] else {
      Issue.record("\(results)")
      return
    }
    #expect(failure.effect == .providerRefuses && failure.code.hasPrefix("535"), "\(failure)")
    #expect(try taken().isEmpty)
  }
}
