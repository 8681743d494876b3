import HTTPTransfer
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("Vendors' answers") struct SMSAnswerTests {
  @Test(
    arguments: [
      (JSONValue.text("NotEnoughBalance"), "NotEnoughBalance"), (.number("21211"), "21211"), (.text("-2019"), "-2019"),
      (.text("a.b_c-1"), "a.b_c-1"), (.text("4011001"), "4011001"),
      (.text(String(repeating: "a", count: 64)), String(repeating: "a", count: 64)),
    ])
  func `a vendor's word is kept`(value: JSONValue, word: String) { #expect(SMSAnswer.word(value) == word) }

  @Test(
    arguments: [
      JSONValue.text("01012345678"), .text("to-01012345678"), .number("821012345678"), .text("15880000"),
      .text("a text"), .text(""), .text("é"), .text("a\nb"), .text(String(repeating: "a", count: 65)), .null,
      .bool(true),
      .list(["a"]), .object([:]),
    ])
  func `a number or a text is no word`(value: JSONValue) { #expect(SMSAnswer.word(value) == nil) }

  @Test(
    arguments: [
      (429, SendFailure.Effect.providerThrottles), (503, .providerBusy), (408, .providerBusy), (425, .providerBusy),
      (401, .providerRefuses), (402, .providerRefuses), (403, .providerRefuses), (404, .providerRefuses),
      (405, .providerRefuses), (301, .providerRefuses), (400, .permanent), (409, .permanent), (413, .permanent),
      (422, .permanent), (500, .unknown), (502, .unknown), (504, .unknown), (599, .unknown), (600, .unknown),
    ])
  func `an unknown code is judged by the status's class, by all vendors`(status: Int, effect: SendFailure.Effect) throws
  {
    let requests = SMS.requests(1)
    for vendor in [try SMS.sens(), try SMS.solapi(), try SMS.nhn(), try SMS.twilio()] as [any SMSVendor] {
      for body in ["", "<html>", #"{"code":"x y","errorCode":"x y","error":{"errorCode":7}}"#] {
        let failure = SMS.failure(vendor.judge(SMS.answer(status, body, retryAfter: "7"), for: requests).first?.result)
        #expect(failure?.effect == effect && failure?.retryAfter == .seconds(7), "\(vendor.name)")
      }
    }
  }
}
