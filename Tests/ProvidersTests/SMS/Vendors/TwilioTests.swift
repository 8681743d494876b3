import HTTPTransfer
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("Twilio") struct TwilioTests {
  @Test func `one call for one message, as a form`() throws {
    let request = try SMS.twilio().request(
      for: [SMS.request(1, to: "+12025550123", "a&b=c+d %é\r\n\u{0}😀")], now: SMS.now, nonce: SMS.nonce)
    #expect(request.method == "POST")
    #expect(request.url == "https://api.twilio.com/2010-04-01/Accounts/\(SMS.account)/Messages.json")
    #expect(request.header("content-type") == "application/x-www-form-urlencoded")
    // Of base64, so that another hand has made it.
    #expect(
      request.header("authorization") == "Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpzZWNyZXQ=")
    #expect(
      request.text
        == "To=%2B12025550123&From=%2B15005550006&Body=a%26b%3Dc%2Bd%20%25%C3%A9%0A%F0%9F%98%80")
  }

  @Test func `a messaging service, a name and an API key take their places`() throws {
    let service = "MG0123456789abcdef0123456789abcdef"
    let settings = try TwilioSettings(accountSID: SMS.account, user: "SK1", secret: "s", sender: .service(service))
    let request = TwilioVendor(settings).request(for: SMS.requests(1), now: SMS.now, nonce: SMS.nonce)
    #expect(request.text.contains("&MessagingServiceSid=\(service)&") && !request.text.contains("From="))
    #expect(request.header("authorization") == "Basic U0sxOnM=")
    let named = try TwilioSettings(accountSID: SMS.account, secret: "s", sender: .name("My Shop"))
    let other = TwilioVendor(named).request(for: SMS.requests(1), now: SMS.now, nonce: SMS.nonce)
    #expect(other.text.contains("&From=My%20Shop&"))
  }

  @Test func `numbers of other countries than those it is set up for are not served`() throws {
    let vendor = try SMS.twilio(countries: ["+1", "+44"])
    for number in ["+12025550123", "+447700900123"] { _ = try vendor.group(of: SMS.request(1, to: number)) }
    #expect(throws: SendFailure(.permanent, code: "NUMBER_NOT_SERVED")) {
      try vendor.group(of: SMS.request(1, to: "+821012345678"))
    }
    _ = try SMS.twilio().group(of: SMS.request(1, to: "+821012345678"))
    #expect(throws: SendFailure(.providerRefuses, code: "BAD_COUNTRY")) { try SMS.twilio(countries: ["1"]) }
  }

  @Test func `texts of more segments than the settings allow are too long`() throws {
    var settings = try TwilioSettings(accountSID: SMS.account, secret: "s", sender: .number("+15005550006"))
    settings.segments = 2
    _ = try TwilioVendor(settings).group(of: SMS.request(1, String(repeating: "a", count: 306)))
    #expect(throws: SendFailure(.permanent, code: "TEXT_TOO_LONG")) {
      try TwilioVendor(settings).group(of: SMS.request(1, String(repeating: "a", count: 307)))
    }
  }

  @Test func `a message that was taken has a name`() throws {
    let body = #"{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued","error_code":null}"#
    let reports = try SMS.twilio().judge(SMS.answer(201, body), for: SMS.requests(1))
    #expect(reports.map(\.result) == [.sent(providerID: "SM0123456789abcdef0123456789abcdef")])
  }

  @Test func `one that was taken and failed at once has failed`() throws {
    let body = #"{"sid":"SM1","status":"failed","error_code":30001}"#
    let reports = try SMS.twilio().judge(SMS.answer(201, body), for: SMS.requests(1))
    #expect(reports.map(\.result) == [.failed(SendFailure(.providerThrottles, code: "30001"))])
  }

  @Test(arguments: ["", "{", "{}", #"{"sid":7}"#])
  func `an answer that tells nothing leaves it unknown`(body: String) throws {
    let reports = try SMS.twilio().judge(SMS.answer(201, body), for: SMS.requests(1))
    #expect(reports.map(\.result) == [.failed(SMSAnswer.unreadable)])
  }

  @Test(
    arguments: [
      (400, 21211, SendFailure.Effect.deadAddress(since: nil)), (400, 21614, .deadAddress(since: nil)),
      (400, 21610, .permanent), (400, 21612, .permanent), (400, 21617, .permanent), (400, 21658, .permanent),
      (403, 21408, .permanent), (400, 21608, .permanent), (400, 21602, .permanent), (401, 20003, .providerRefuses),
      (404, 20404, .providerRefuses), (400, 21606, .providerRefuses), (400, 21659, .providerRefuses),
      (400, 21603, .providerRefuses), (429, 20429, .providerThrottles), (400, 21611, .providerThrottles),
      (429, 21611, .providerThrottles), (429, 14107, .providerThrottles), (503, 20503, .providerBusy),
      (400, 21266, .permanent), (400, 21605, .permanent), (400, 10001, .providerRefuses),
      (403, 20004, .providerRefuses), (403, 20005, .providerRefuses), (400, 21212, .providerRefuses),
      (400, 21660, .providerRefuses), (400, 21703, .providerRefuses), (400, 30002, .providerRefuses),
      (400, 30001, .providerThrottles), (400, 30036, .retriable),
      (400, 29999, .permanent), (500, 20500, .unknown),
    ])
  func `error codes`(status: Int, code: Int, effect: SendFailure.Effect) throws {
    let body = #"{"code":\#(code),"message":"The number +821012345678 is bad","status":\#(status)}"#
    let reports = try SMS.twilio().judge(SMS.answer(status, body, retryAfter: "3"), for: SMS.requests(1))
    #expect(reports.map(\.result) == [.failed(SendFailure(effect, code: "\(code)", retryAfter: .seconds(3)))])
  }
}
