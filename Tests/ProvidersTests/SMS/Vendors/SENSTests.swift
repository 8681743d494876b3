import HTTPTransfer
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("SENS") struct SENSTests {
  @Test func `the signature is what another hand makes of method, path, time and key`() throws {
    let settings = try SMS.sensSettings()
    let request = try SMS.sens().request(for: SMS.requests(1), now: SMS.now, nonce: SMS.nonce)
    let message = "POST /sms/v2/services/ncp:sms:kr:1:sens/messages\n1700000000123\naccess"
    #expect(request.header("x-ncp-apigw-signature-v2") == (try SMS.pythonHMAC(message, key: "secret", base64: true)))
    #expect(request.header("x-ncp-apigw-timestamp") == "1700000000123")
    #expect(request.header("x-ncp-iam-access-key") == "access")
    let get = SENSResults(settings).request(forResultOf: "a-b", now: SMS.now)
    let gotten = "GET /sms/v2/services/ncp:sms:kr:1:sens/messages/a-b\n1700000000123\naccess"
    #expect(get?.header("x-ncp-apigw-signature-v2") == (try SMS.pythonHMAC(gotten, key: "secret", base64: true)))
  }

  @Test func `several short texts go in one call`() throws {
    let requests = [SMS.request(1, to: "+821011112222", "안녕"), SMS.request(2, to: "+821033334444", "\"hi\"\r\n\\")]
    let request = try SMS.sens().request(for: requests, now: SMS.now, nonce: SMS.nonce)
    #expect(request.method == "POST")
    #expect(request.url == "https://sens.apigw.ntruss.com/sms/v2/services/ncp:sms:kr:1:sens/messages")
    #expect(request.header("content-type") == "application/json; charset=utf-8")
    #expect(
      request.text
        == #"{"content":"안녕","contentType":"COMM","countryCode":"82","from":"0212345678","messages":["#
        + #"{"content":"안녕","to":"01011112222"},{"content":"\"hi\"\n\\","to":"01033334444"}],"type":"SMS"}"#)
  }

  @Test func `a long one is LMS with a title, an advertising one is AD`() throws {
    let text = String(repeating: "a", count: 91)
    let request = try SMS.sens().request(
      for: [SMS.request(1, to: "+821011112222", text, category: "event")], now: SMS.now, nonce: SMS.nonce)
    #expect(
      request.text
        == #"{"content":"\#(text)","contentType":"AD","countryCode":"82","from":"0212345678","messages":["#
        + #"{"content":"\#(text)","to":"01011112222"}],"subject":"알림","type":"LMS"}"#)
  }

  @Test func `long and short, advertising and other do not go together`() throws {
    let vendor = try SMS.sens()
    let long = String(repeating: "가", count: 46)
    let groups = try [
      SMS.request(1), SMS.request(2, long), SMS.request(3, category: "event"), SMS.request(4, long, category: "event"),
    ].map { try vendor.group(of: $0) }
    #expect(Set(groups).count == 4)
    #expect(try vendor.group(of: SMS.request(5, "another")) == groups[0])
  }

  @Test func `a call that was taken was taken for all of it`() throws {
    let body =
      #"{"requestId":"RSLA-1","requestTime":"2023-11-15T07:13:20.123","#
      + #""statusCode":"202","statusName":"success"}"#
    let reports = try SMS.sens().judge(SMS.answer(202, body), for: SMS.requests(3))
    let marks = (1...3).map {
      SENSMark(requestID: "RSLA-1", number: "010\(10_000_000 + $0)", key: "secret").id
    }
    #expect(reports == (1...3).map { SendReport(tag: UInt64($0), .sent(providerID: marks[$0 - 1])) })
  }

  @Test(
    arguments: ["", "<html>", "{", #"{"requestId":"RSLA-1"}"#, #"{"statusCode":"x"}"#, "[]", "null"])
  func `an answer that does not say so leaves it unknown`(body: String) throws {
    let reports = try SMS.sens().judge(SMS.answer(202, body), for: SMS.requests(2))
    #expect(reports == (1...2).map { SendReport(tag: $0, .failed(SendFailure(.unknown, code: "ANSWER_UNREADABLE"))) })
  }

  @Test func `a status inside the answer counts, and an id that is none is left out`() throws {
    let failed = try SMS.sens().judge(SMS.answer(202, #"{"requestId":"a","statusCode":"400"}"#), for: SMS.requests(1))
    #expect(SMS.failure(failed.first?.result) == SendFailure(.permanent, code: "400"))
    let sent = try SMS.sens().judge(SMS.answer(202, #"{"requestId":"a b","statusCode":202}"#), for: SMS.requests(1))
    #expect(sent.first?.result == .sent(providerID: nil))
  }

  @Test(
    arguments: [
      (400, "100", SendFailure.Effect.permanent), (401, "200", .providerRefuses), (401, "210", .providerRefuses),
      (403, "230", .providerRefuses), (404, "300", .providerRefuses), (429, "400", .providerThrottles),
      (429, "410", .providerThrottles), (429, "420", .providerThrottles), (413, "430", .permanent),
      (503, "500", .unknown), (504, "510", .unknown), (500, "900", .unknown),
    ])
  func `the gateway's errors`(status: Int, code: String, effect: SendFailure.Effect) throws {
    let body = #"{"error":{"errorCode":"\#(code)","message":"m","details":"to 01011112222"}}"#
    let reports = try SMS.sens().judge(SMS.answer(status, body), for: SMS.requests(2))
    #expect(reports.map(\.tag) == [1, 2])
    for report in reports {
      #expect(SMS.failure(report.result) == SendFailure(effect, code: "GATEWAY_\(code)"))
    }
  }
}

@Suite("SENS, results") struct SENSResultsTests {
  @Test func `what is asked`() throws {
    let results = SENSResults(try SMS.sensSettings())
    let base = "https://sens.apigw.ntruss.com/sms/v2/services/ncp:sms:kr:1:sens/messages"
    let one = results.request(forResultOf: "a-1", now: SMS.now)
    #expect(one?.method == "GET" && one?.url == base + "/a-1" && one?.body == [])
    let list = results.request(forMessagesOf: "RSLA-1", now: SMS.now)
    #expect(list?.method == "GET" && list?.url == base + "?requestId=RSLA-1")
    for id in ["", "a/b", "a?b", "../x", "a b", "é"] {
      #expect(results.request(forResultOf: id, now: SMS.now) == nil)
      #expect(results.request(forMessagesOf: id, now: SMS.now) == nil)
    }
  }

  @Test(
    arguments: [
      (200, #"{"messages":[{"status":"READY"}]}"#, SMSResult.pending),
      (200, #"{"messages":[{"status":"PROCESSING","statusCode":"0"}]}"#, .pending),
      (200, #"{"messages":[{"status":"COMPLETED","statusCode":"0","statusName":"success"}]}"#, .delivered),
      (200, #"{"messages":[{"status":"COMPLETED","statusCode":"3001","statusName":"fail"}]}"#, .failed(code: "3001")),
      (200, #"{"messages":[]}"#, .notFound), (404, "", .notFound),
      (200, "{", .noAnswer(SMSAnswer.unreadable)), (200, #"{"messages":[{}]}"#, .noAnswer(SMSAnswer.unreadable)),
      (200, #"{"messages":[{"status":"COMPLETED"}]}"#, .noAnswer(SMSAnswer.unreadable)),
      (429, "", .noAnswer(SendFailure(.providerThrottles, code: "HTTP_429"))),
    ])
  func `what the answers mean`(status: Int, body: String, result: SMSResult) throws {
    #expect(SENSResults(try SMS.sensSettings()).judge(resultIn: SMS.answer(status, body)) == result)
  }

  @Test func `one that the list lacks is still awaited, as the list may be a page`() throws {
    let results = SENSResults(try SMS.sensSettings())
    let marks = ["01011112222", "01033334444"].map { SENSMark(requestID: "RSLA-1", number: $0, key: "secret").id }
    let ask = try #require(results.asks(for: marks).first)
    let end = ask.judge(SMS.answer(200, #"{"messages":[{"to":"01011112222","messageId":"m1"}]}"#))
    #expect(end.results == [marks[1]: .pending] && end.further.map(\.ids) == [[marks[0]]])
    #expect(end.further.first?.request(SMS.now, SMS.nonce).url.hasSuffix("/messages/m1") == true)
    #expect(ask.judge(SMS.answer(200, "{")).results.values.allSatisfy { $0 == .noAnswer(SMSAnswer.unreadable) })
  }

  @Test func `messages of a call are told apart by their numbers`() throws {
    let results = SENSResults(try SMS.sensSettings())
    let body = #"{"messages":[{"to":"01011112222","messageId":"m1"},{"to":"01033334444","messageId":"m2"},{"to":"x"}]}"#
    #expect(results.judge(messagesIn: SMS.answer(200, body)) == ["01011112222": "m1", "01033334444": "m2"])
    #expect(results.judge(messagesIn: SMS.answer(200, "{")) == nil)
    #expect(results.judge(messagesIn: SMS.answer(500, body)) == nil)
  }
}
