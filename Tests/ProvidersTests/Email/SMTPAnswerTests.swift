import Testing
import Worker

@testable import HTTPTransfer
@testable import Providers

@Suite("What a mail server answers") struct SMTPAnswerTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let step: SMTPFailure.Step
    let line: String
    let effect: SendFailure.Effect
    let code: String
    var testDescription: String { "\(line) at \(step)" }

    init(_ step: SMTPFailure.Step, _ line: String, _ effect: SendFailure.Effect, _ code: String) {
      (self.step, self.line, self.effect, self.code) = (step, line, effect, code)
    }
  }

  static let rows = [
    Row(.greeting, "421 too busy", .providerBusy, "421"),
    Row(.greeting, "554 no service for you", .providerRefuses, "554"),
    Row(.mail, "451 4.3.0 later", .providerBusy, "451_4.3.0"),
    Row(.mail, "450 4.7.1 slow down", .providerThrottles, "450_4.7.1"),
    Row(.mail, "530 5.7.0 log in first", .providerRefuses, "530_5.7.0"),
    Row(.mail, "553 5.1.8 bad sender", .providerRefuses, "553_5.1.8"),
    Row(.mail, "552 5.3.4 too big", .permanent, "552_5.3.4"),
    Row(.recipient, "450 4.2.0 greylisted", .retriable, "450_4.2.0"),
    Row(.recipient, "451 4.7.1 greylisted", .retriable, "451_4.7.1"),
    Row(.recipient, "421 4.7.28 too much from you", .providerThrottles, "421_4.7.28"),
    Row(.recipient, "421 closing", .providerBusy, "421"),
    Row(.recipient, "550 5.1.1 nobody of that name", .deadAddress(since: nil), "550_5.1.1"),
    Row(.recipient, "550 nobody of that name", .deadAddress(since: nil), "550"),
    Row(.recipient, "551 not here", .deadAddress(since: nil), "551"),
    Row(.recipient, "553 no such name", .deadAddress(since: nil), "553"),
    Row(.recipient, "556 5.1.10 null MX", .deadAddress(since: nil), "556_5.1.10"),
    Row(.recipient, "554 5.1.2 no such host", .deadAddress(since: nil), "554_5.1.2"),
    Row(.recipient, "501 5.1.3 no address", .deadAddress(since: nil), "501_5.1.3"),
    Row(.recipient, "554 5.1.6 has moved", .deadAddress(since: nil), "554_5.1.6"),
    Row(.recipient, "550 5.2.1 switched off", .deadAddress(since: nil), "550_5.2.1"),
    Row(.recipient, "552 5.2.2 full", .retriable, "552_5.2.2"),
    Row(.recipient, "550 5.7.1 relaying denied", .permanent, "550_5.7.1"),
    Row(.recipient, "554 no", .permanent, "554"),
    Row(.data, "451 4.3.0 later", .retriable, "451_4.3.0"),
    Row(.data, "554 no valid recipients", .permanent, "554"),
    Row(.endOfData, "451 4.7.0 try later", .providerThrottles, "451_4.7.0"),
    Row(.endOfData, "452 4.3.1 disk is full", .retriable, "452_4.3.1"),
    Row(.endOfData, "550 5.7.515 not authenticated", .permanent, "550_5.7.515"),
    Row(.endOfData, "554 5.6.0 bad content", .permanent, "554_5.6.0"),
    Row(.endOfData, "550 looks like spam", .permanent, "550"),
  ]

  @Test(arguments: rows) func `each answer means what its codes say`(row: Row) throws {
    let reply = try #require(SMTPReply(line: Array(row.line.utf8)))
    let failure = SMTPFailure(.refused, "the server refuses", step: row.step, reply: reply)
    #expect(SMTPAnswer.result(.failure(failure)) == .failed(SendFailure(row.effect, code: row.code)))
  }

  @Test func `a log-in that is refused for good is for a person, one for now is not`() throws {
    func result(_ line: String?) throws -> SendResult {
      let reply = try line.map { try #require(SMTPReply(line: Array($0.utf8))) }
      return SMTPAnswer.result(.failure(SMTPFailure(.authentication, "no", step: .authentication, reply: reply)))
    }
    #expect(try result("535 5.7.8 wrong") == .failed(SendFailure(.providerRefuses, code: "535_5.7.8")))
    #expect(try result("454 4.7.0 later") == .failed(SendFailure(.providerBusy, code: "454_4.7.0")))
    #expect(try result(nil) == .failed(SendFailure(.providerRefuses, code: "AUTHENTICATION")))
  }

  @Test(
    arguments: [
      (.timeout, true, .unknown, "TIMEOUT"), (.timeout, false, .providerBusy, "TIMEOUT"),
      (.connectionLost, true, .unknown, "CONNECTION_LOST"), (.cannotConnect, false, .providerBusy, "CANNOT_CONNECT"),
      (.tls, false, .providerBusy, "TLS"), (.protocolFault, true, .unknown, "NO_SMTP"),
      (.stopped, false, .providerBusy, "STOPPED"), (.stopped, true, .unknown, "STOPPED"),
      (.queueFull, false, .providerBusy, "QUEUE_FULL"), (.invalidMail, false, .permanent, "INVALID_MAIL"),
      (.configuration, false, .providerRefuses, "CONFIGURATION"),
    ] as [(SMTPFailure.Code, Bool, SendFailure.Effect, String)])
  func `without an answer it counts whether it may have arrived`(
    code: SMTPFailure.Code, mayHaveArrived: Bool, effect: SendFailure.Effect, word: String
  ) {
    let failure = SMTPFailure(code, "no answer", step: .endOfData, mayHaveArrived: mayHaveArrived)
    #expect(SMTPAnswer.result(.failure(failure)) == .failed(SendFailure(effect, code: word)))
  }

  @Test func `a mail that is taken is sent, and the server's words are not kept`() {
    let receipt = SMTPReceipt(replyCode: 250, text: "ok <kim@example.com>")
    #expect(SMTPAnswer.result(.success(receipt)) == .sent(providerID: nil))
  }
}
