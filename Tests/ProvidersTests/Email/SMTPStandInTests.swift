import Foundation
import HTTPTransfer
import NotificationModel
import ProviderSimulators
import TestSupport
import Testing
import Worker

@testable import Providers

/// With STARTTLS, a log-in and all that can go wrong with a mail server.
@Suite("Mail by SMTP, beside a stand-in") struct SMTPStandInTests {
  private let server: SMTPSimulator

  init() throws { server = try SMTPSimulator() }

  private func send(_ count: Int, timeout: Duration = .seconds(20)) throws -> [SendResult] {
    var client = SMTPClientSettings(host: "localhost", port: server.port)
    client.credentials = SMTPCredentials(user: SMTPSimulator.user, password: SMTPSimulator.password)
    (client.authorityFile, client.connections, client.timeout) = (server.authorityFile, 4, timeout)
    let provider = try SMTPProvider(SMTPSettings(client: client, email: MailFixture.settings))
    let reports = MailReports()
    provider.send(
      (0..<count).map { index in
        let content = EmailContent(subject: "주문 \(index)", text: ".한 줄\n.\n끝 \(index)\n")
        return SendRequest(
          tag: UInt64(index), delivery: MailFixture.delivery(content, to: "kim\(index)@example.org"), attempt: 1)
      }, report: reports.add)
    try eventually("every mail has a report") { reports.all.count >= count }
    provider.stop(within: .seconds(5))
    return reports.all.sorted { $0.tag < $1.tag }.map(\.result)
  }

  private func failure(_ results: [SendResult]) -> SendFailure? { SMS.failure(results.first) }

  @Test func `mails arrive whole, encrypted and logged in, by a few connections`() throws {
    server.setLatency(.milliseconds(2))
    #expect(try send(40).allSatisfy { $0 == .sent(providerID: nil) })
    #expect(server.counts.accepted == 40 && (1...4).contains(server.connectionsMade))
    for mail in server.received {
      #expect(mail.isEncrypted && mail.user == SMTPSimulator.user && mail.deliveryID == MailFixture.id)
      #expect(mail.from == "bounce+\(MailFixture.id)@bounces.example.com")
    }
    #expect(Set(server.received.flatMap(\.to)).count == 40)
  }

  @Test(
    arguments: [
      (SMTPStep.recipient, 550, "5.1.1 No such user", SendFailure.Effect.deadAddress(since: nil)),
      (.recipient, 450, "4.2.2 Full", .retriable), (.mail, 421, "4.3.2 Later", .providerBusy),
      (.mail, 550, "5.7.1 Not you", .providerRefuses), (.endOfData, 451, "4.3.0 Error", .retriable),
      (.endOfData, 554, "5.7.1 Spam", .permanent), (.authentication, 454, "4.7.0 Later", .providerBusy),
    ])
  func `a refusal means what its place and status say`(
    step: SMTPStep, code: Int, text: String, effect: SendFailure.Effect
  ) throws {
    server.misbehave(.refuse(status: code, reason: text), .all, at: step)
    #expect(failure(try send(1))?.effect == effect)
    #expect(server.counts.accepted == 0)
  }

  @Test func `a mail whose answer is lost may have arrived, and one before its data has not`() throws {
    server.misbehave(.cut(afterBytes: nil))
    #expect(failure(try send(1))?.effect == .unknown)
    #expect(server.counts.accepted == 1)
    server.misbehave(.hang, .all, at: .mail)
    #expect(failure(try send(1, timeout: .seconds(1)))?.effect == .providerBusy)
    server.behave()
    server.misbehave(.garbage, .all, at: .recipient)
    #expect(failure(try send(1))?.effect == .providerBusy)
    #expect(server.counts.accepted == 1)
  }

  @Test func `nobody there, and a certificate of another host`() throws {
    server.misbehave(.wrongCertificate, .all)
    #expect(failure(try send(1)) == SendFailure(.providerBusy, code: "TLS"))
    server.stopListening()
    #expect(failure(try send(1)) == SendFailure(.providerBusy, code: "CANNOT_CONNECT"))
  }
}
