import HTTPTransfer
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("Solapi") struct SolapiTests {
  private static let ids = SMS.requests(4).map(\.delivery.id)

  private static func taken(_ index: Int, _ code: String = "2000") -> String {
    #"{"messageId":"M\#(index)","statusCode":"\#(code)","customFields":{"deliveryID":"\#(ids[index - 1])"}}"#
  }

  private static func answer(_ failed: [String], _ taken: [String]?, registered: Int?) -> String {
    let count = registered.map { #","count":{"registeredSuccess":\#($0)}"# } ?? ""
    let list = taken.map { #","messageList":[\#($0.joined(separator: ","))]"# } ?? ""
    return #"{"groupInfo":{"groupId":"G1"\#(count)},"failedMessageList":[\#(failed.joined(separator: ","))]\#(list)}"#
  }

  @Test func `the signature is what another hand makes of the time and the salt`() throws {
    let request = try SMS.solapi().request(for: SMS.requests(1), now: SMS.now, nonce: SMS.nonce)
    let date = "2023-11-14T22:13:20.123Z"
    let signature = try SMS.pythonHMAC(date + SMS.nonce, key: "secret", base64: false)
    #expect(
      request.header("authorization")
        == "HMAC-SHA256 apiKey=key, date=\(date), salt=\(SMS.nonce), signature=\(signature)")
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_700_000_000_001, "2023-11-14T22:13:20.001Z"),
      (1_709_164_800_999, "2024-02-29T00:00:00.999Z"),
    ])
  func `times are in UTC with milliseconds`(milliseconds: Int64, date: String) {
    #expect(SolapiSignature.date(UnixTime(milliseconds: milliseconds)) == date)
  }

  @Test func `short and long texts go in one call`() throws {
    let long = String(repeating: "a", count: 91)
    let requests = [SMS.request(1, to: "+821011112222", "안녕"), SMS.request(2, to: "+821033334444", long)]
    let request = try SMS.solapi().request(for: requests, now: SMS.now, nonce: SMS.nonce)
    #expect(request.method == "POST" && request.url == "https://api.solapi.com/messages/v4/send-many/detail")
    #expect(request.header("content-type") == "application/json; charset=utf-8")
    #expect(
      request.text
        == #"{"allowDuplicates":false,"messages":[{"autoTypeDetect":false,"country":"82","customFields":{"deliveryID":"#
        + #""\#(Self.ids[0])"},"from":"0212345678","text":"안녕","to":"01011112222","type":"SMS"},"#
        + #"{"autoTypeDetect":false,"country":"82","customFields":{"deliveryID":"\#(Self.ids[1])"},"from":"0212345678","#
        + #""subject":"알림","text":"\#(long)","to":"01033334444","type":"LMS"}],"showMessageList":true}"#)
    #expect(try SMS.solapi().group(of: requests[0]) == SMS.solapi().group(of: requests[1]))
  }

  @Test func `each message has its own result`() throws {
    let failed = #"{"to":"01010000002","statusCode":"1062","customFields":{"deliveryID":"\#(Self.ids[1])"}}"#
    let body = Self.answer([failed], [Self.taken(1), Self.taken(3), Self.taken(4, "1061")], registered: 3)
    #expect(
      try SMS.solapi().judge(SMS.answer(200, body), for: SMS.requests(4)) == [
        SendReport(tag: 1, .sent(providerID: "M1")),
        SendReport(tag: 2, .failed(SendFailure(.providerRefuses, code: "1062"))),
        SendReport(tag: 3, .sent(providerID: "M3")),
        SendReport(tag: 4, .failed(SendFailure(.permanent, code: "1061"))),
      ])
  }

  @Test func `without a list of those taken the count says whether the others were`() throws {
    let failed = #"{"to":"01010000002","statusCode":"1060"}"#
    let told = try SMS.solapi().judge(
      SMS.answer(200, Self.answer([failed], nil, registered: 2)), for: SMS.requests(3))
    #expect(
      told.map(\.result) == [
        .sent(providerID: "G1"), .failed(SendFailure(.permanent, code: "1060")), .sent(providerID: "G1"),
      ])
    for registered in [nil, 1, 3] {
      let untold = try SMS.solapi().judge(
        SMS.answer(200, Self.answer([failed], nil, registered: registered)), for: SMS.requests(3))
      #expect(
        untold.map(\.result) == [
          .failed(SMSAnswer.unreadable), .failed(SendFailure(.permanent, code: "1060")), .failed(SMSAnswer.unreadable),
        ])
    }
  }

  @Test func `a failed message without a code was not taken`() throws {
    let body = Self.answer([#"{"to":"01010000001","statusCode":"to 01010000001"}"#], nil, registered: 0)
    let reports = try SMS.solapi().judge(SMS.answer(200, body), for: SMS.requests(1))
    #expect(reports.map(\.result) == [.failed(SendFailure(.permanent, code: "NOT_TAKEN"))])
  }

  @Test(arguments: ["", "{", "[]", "{}", #"{"groupInfo":{"count":{"registeredSuccess":1}}}"#])
  func `an answer that tells nothing leaves it unknown`(body: String) throws {
    let reports = try SMS.solapi().judge(SMS.answer(200, body), for: SMS.requests(1))
    #expect(reports.map(\.result) == [.failed(SMSAnswer.unreadable)])
  }

  @Test(
    arguments: [
      (403, "InvalidAPIKey", SendFailure.Effect.providerRefuses), (403, "SignatureDoesNotMatch", .providerRefuses),
      (403, "RequestTimeTooSkewed", .providerRefuses), (403, "DuplicatedSignature", .providerBusy),
      (400, "NotEnoughBalance", .providerRefuses), (400, "ValidationError", .permanent),
      (400, "MessagesNotFound", .permanent), (429, "TooManyRequests", .providerThrottles),
      (401, "Unauthorized", .providerRefuses), (403, "Forbidden", .providerRefuses), (400, "BadRequest", .permanent),
      // The word counts, not the status that it comes with.
      (400, "Unauthorized", .providerRefuses), (400, "Forbidden", .providerRefuses), (403, "BadRequest", .permanent),
      (500, "InternalError", .unknown),
    ])
  func `words for a whole call`(status: Int, word: String, effect: SendFailure.Effect) throws {
    let body = #"{"errorCode":"\#(word)","errorMessage":"01011112222"}"#
    let reports = try SMS.solapi().judge(SMS.answer(status, body), for: SMS.requests(2))
    #expect(reports.map(\.tag) == [1, 2])
    for report in reports { #expect(SMS.failure(report.result) == SendFailure(effect, code: word)) }
  }

  @Test(
    arguments: [
      ("1020", SendFailure.Effect.providerRefuses), ("2063", .providerRefuses), ("1030", .providerRefuses),
      ("2230", .providerRefuses), ("1062", .providerRefuses), ("2062", .providerRefuses), ("1024", .providerBusy),
      ("2024", .retriable), ("1026", .retriable), ("1011", .permanent), ("1028", .permanent), ("1029", .permanent),
      ("1031", .permanent), ("1060", .permanent), ("1061", .permanent), ("2254", .permanent), ("9999", .permanent),
    ])
  func `codes of one message`(code: String, effect: SendFailure.Effect) throws {
    let failed = #"{"statusCode":"\#(code)","customFields":{"deliveryID":"\#(Self.ids[0])"}}"#
    for body in [Self.answer([failed], nil, registered: 0), Self.answer([], [Self.taken(1, code)], registered: 1)] {
      let reports = try SMS.solapi().judge(SMS.answer(200, body), for: SMS.requests(1))
      #expect(reports.map(\.result) == [.failed(SendFailure(effect, code: code))])
    }
  }
}
