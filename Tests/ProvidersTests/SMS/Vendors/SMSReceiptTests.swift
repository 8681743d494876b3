import HTTPTransfer
import Testing
import Worker

@testable import Providers

/// What vendors say later of a message, in each of the answers that they give.
@Suite("Vendors' receipts") struct SMSReceiptTests {
  private static let number = "01011112222"
  private static let unreadable = SMSResult.noAnswer(SMSAnswer.unreadable)

  private func judge(_ source: (any SMSResultSource)?, _ id: String, _ status: Int, _ body: String) throws -> SMSAskEnd
  {
    let ask = try #require(source?.asks(for: [id]).first)
    let end = ask.judge(SMS.answer(status, body))
    #expect(!"\(end.results)".contains(Self.number))
    return end
  }

  private static func solapi(_ members: String) -> String {
    #"{"messageList":{"M1":{"to":"\#(number)",\#(members)}}}"#
  }

  @Test(
    arguments: [
      (200, solapi(#""statusCode":"2000""#), SMSResult.pending), (200, solapi(#""statusCode":"3000""#), .pending),
      (200, solapi(#""statusCode":"4000""#), .delivered), (200, solapi(#""statusCode":"3014""#), .failed(code: "3014")),
      (200, #"{"messageList":{}}"#, .notFound), (404, "", .notFound), (200, "{", unreadable),
      (200, "{}", unreadable), (200, solapi(#""x":1"#), unreadable),
    ])
  func `Solapi`(status: Int, body: String, result: SMSResult) throws {
    #expect(try judge(SMS.solapi().results, "M1", status, body).results == ["M1": result])
  }

  @Test(
    arguments: [
      (200, #"{"status":"sent","to":"01011112222"}"#, SMSResult.pending), (200, #"{"status":"queued"}"#, .pending),
      (200, #"{"status":"delivered"}"#, .delivered),
      (200, #"{"status":"undelivered","error_code":30003}"#, .failed(code: "30003")),
      (200, #"{"status":"failed","error_code":null}"#, .failed(code: "failed")), (404, "", .notFound),
      (200, "<html>", unreadable), (200, #"{"status":"01011112222"}"#, unreadable),
    ])
  func `Twilio`(status: Int, body: String, result: SMSResult) throws {
    #expect(try judge(SMS.twilio().results, "SM1", status, body).results == ["SM1": result])
  }

  private static func nhn(_ data: String) -> String {
    #"{"header":{"isSuccessful":true,"resultCode":0},"body":{"data":\#(data)}}"#
  }

  @Test(
    arguments: [
      (200, nhn(#"{"msgStatus":"1","recipientNo":"01011112222"}"#), SMSResult.pending),
      (200, nhn(#"{"msgStatus":"2"}"#), .pending),
      (200, nhn(#"[{"msgStatus":"3","resultCode":"1000"}]"#), .delivered),
      (200, nhn(#"{"msgStatus":"3","resultCode":"3018"}"#), .failed(code: "3018")),
      (200, nhn(#"{"msgStatus":"3"}"#), unreadable), (200, nhn("{}"), unreadable), (200, "{", unreadable),
    ])
  func `NHN Cloud`(status: Int, body: String, result: SMSResult) throws {
    #expect(try judge(SMS.nhn().results, "R1:1", status, body).results == ["R1:1": result])
  }

  @Test(arguments: [(404, ""), (200, nhn("[]")), (200, nhn("null"))])
  func `what NHN Cloud does not find among short messages is asked of among long ones`(status: Int, body: String) throws
  {
    let end = try judge(SMS.nhn().results, "R1:1", status, body)
    let long = try #require(end.further.first)
    #expect(end.results.isEmpty && long.request(SMS.now, SMS.nonce).url.contains("/sender/mms/R1?recipientSeq=1"))
    #expect(long.judge(SMS.answer(status, body)).results == ["R1:1": .notFound])
  }

  @Test(arguments: [429, 500, 503])
  func `a vendor that is busy gave no answer, and its number stays out of the error`(status: Int) throws {
    let body = #"{"message":"to 01011112222","errorMessage":"01011112222"}"#
    let mark = SENSMark(requestID: "RSLA-1", number: Self.number, key: "secret").id
    let sources: [((any SMSResultSource)?, String)] = try [
      (SMS.solapi().results, "M1"), (SMS.twilio().results, "SM1"), (SMS.nhn().results, "R1:1"),
      (SMS.sens().results, mark),
    ]
    for (source, id) in sources {
      let end = try judge(source, id, status, body)
      guard case .noAnswer? = end.results[id] else {
        Issue.record("\(id): \(end.results)")
        continue
      }
    }
  }
}
