import HTTPTransfer
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("NHN Cloud") struct NHNTests {
  private static let ids = SMS.requests(4).map(\.delivery.id)

  private static func answer(_ results: [String], isSuccessful: Bool = true, code: Int = 0) -> String {
    #"{"header":{"isSuccessful":\#(isSuccessful),"resultCode":\#(code),"resultMessage":"m"},"body":{"data":{"#
      + #""requestId":"R1","statusCode":"2","sendResultList":[\#(results.joined(separator: ","))]}}}"#
  }

  private static func result(_ index: Int, _ code: Int = 0) -> String {
    #"{"recipientNo":"0101000000\#(index)","resultCode":\#(code),"resultMessage":"m","recipientSeq":\#(index),"#
      + #""recipientGroupingKey":"\#(ids[index - 1])"}"#
  }

  @Test func `one text goes to many in one call`() throws {
    let requests = [SMS.request(1, to: "+821011112222", "안녕\r\n\""), SMS.request(2, to: "+821033334444", "안녕\n\"")]
    let request = try SMS.nhn().request(for: requests, now: SMS.now, nonce: SMS.nonce)
    #expect(request.method == "POST")
    #expect(request.url == "https://api-sms.cloud.toast.com/sms/v3.0/appKeys/app/sender/sms")
    #expect(request.header("x-secret-key") == "secret")
    #expect(request.header("content-type") == "application/json; charset=utf-8")
    #expect(
      request.text
        == #"{"body":"안녕\n\"","recipientList":[{"countryCode":"82","recipientGroupingKey":"\#(Self.ids[0])","#
        + #""recipientNo":"01011112222"},{"countryCode":"82","recipientGroupingKey":"\#(Self.ids[1])","#
        + #""recipientNo":"01033334444"}],"sendNo":"0212345678"}"#)
    #expect(try SMS.nhn().group(of: requests[0]) == SMS.nhn().group(of: requests[1]))
    #expect(try SMS.nhn().group(of: requests[0]) != SMS.nhn().group(of: SMS.request(3, "other")))
  }

  @Test(
    arguments: [
      (1, "order", "sms", false), (91, "order", "mms", true), (1, "event", "ad-sms", false),
      (91, "event", "ad-mms", true),
    ])
  func `long texts and advertising have paths of their own`(
    length: Int, category: String, path: String, hasTitle: Bool
  ) throws {
    let send = SMS.request(1, String(repeating: "a", count: length), category: category)
    let request = try SMS.nhn().request(for: [send], now: SMS.now, nonce: SMS.nonce)
    #expect(request.url.hasSuffix("/sender/" + path))
    #expect(request.text.contains(#""title":"알림""#) == hasTitle)
  }

  @Test func `each recipient has its own result, in whatever order`() throws {
    let body = Self.answer([Self.result(3), Self.result(2, -2019), Self.result(1)])
    #expect(
      try SMS.nhn().judge(SMS.answer(200, body), for: SMS.requests(4)) == [
        SendReport(tag: 1, .sent(providerID: "R1:1")),
        SendReport(tag: 2, .failed(SendFailure(.deadAddress(since: nil), code: "-2019"))),
        SendReport(tag: 3, .sent(providerID: "R1:3")),
        // It is not told of.
        SendReport(tag: 4, .failed(SMSAnswer.unreadable)),
      ])
  }

  @Test(
    arguments: [
      "", "{", "[]", "{}", #"{"header":{}}"#, #"{"header":{"isSuccessful":true,"resultCode":0},"body":{"data":null}}"#,
      #"{"header":{"isSuccessful":false},"body":{}}"#,
    ])
  func `an answer that tells nothing leaves it unknown`(body: String) throws {
    let reports = try SMS.nhn().judge(SMS.answer(200, body), for: SMS.requests(1))
    #expect(reports.map(\.result) == [.failed(SMSAnswer.unreadable)])
  }

  @Test(
    arguments: [
      (-1000, SendFailure.Effect.providerRefuses), (-1001, .providerRefuses), (-1002, .providerRefuses),
      (-1003, .providerRefuses), (-1004, .providerRefuses), (-1007, .providerRefuses), (-1008, .providerRefuses),
      (-9995, .providerRefuses), (-9998, .providerRefuses), (-9999, .unknown), (-9997, .permanent),
      (-2021, .providerBusy), (-2019, .deadAddress(since: nil)), (-2312, .providerRefuses),
      (-2313, .providerRefuses), (-6000, .providerRefuses),
      (-6004, .providerRefuses), (-6001, .permanent), (-6003, .permanent), (-2015, .permanent), (-2023, .permanent),
      (-2024, .permanent), (-1, .permanent), (4, .permanent),
    ])
  func `codes of a call and of a recipient`(code: Int, effect: SendFailure.Effect) throws {
    let failure = SendFailure(effect, code: "\(code)")
    let whole = Self.answer([], isSuccessful: false, code: code)
    let one = Self.answer([Self.result(1, code)])
    for body in [whole, one] {
      let reports = try SMS.nhn().judge(SMS.answer(200, body), for: SMS.requests(1))
      #expect(reports.map(\.result) == [.failed(failure)])
    }
  }

  @Test func `a call that failed tells of recipients all the same, if it does`() throws {
    let body = Self.answer([Self.result(1), Self.result(2, -2021)], isSuccessful: false, code: -9999)
    let reports = try SMS.nhn().judge(SMS.answer(200, body), for: SMS.requests(3))
    #expect(
      reports.map(\.result) == [
        .sent(providerID: "R1:1"), .failed(SendFailure(.providerBusy, code: "-2021")), .failed(SMSAnswer.unreadable),
      ])
  }
}
