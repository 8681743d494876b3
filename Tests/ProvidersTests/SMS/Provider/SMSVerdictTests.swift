import HTTPTransfer
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("After a call") struct SMSVerdictTests {
  /// Reports what it is told, whatever the answer.
  private struct Told: SMSVendor {
    let results: [SendResult]
    let name = "told"
    let batch = 10
    func group(of request: SendRequest) -> SMSGroup { SMSGroup(isLong: false, isAdvertising: false) }
    func request(for requests: [SendRequest], now: UnixTime, nonce: String) -> HTTPRequest { HTTPRequest(url: "") }
    func judge(_ answer: Result<HTTPResponse, HTTPTransferError>, for requests: [SendRequest]) -> [SendReport] {
      zip(requests, results).map { SendReport(tag: $0.tag, $1) }
    }
  }

  private static func verdict(_ results: SendResult..., text: String? = nil) -> SMSVerdict {
    let group = SMSGroup(isLong: false, isAdvertising: false, text: text)
    let items = SMS.requests(results.count).map { SMSItem(request: $0) }
    return SMSVerdict(
      SMSCall(vendor: 1, group: group, items: items), SMS.answer(200), Told(results: results))
  }

  private static func failed(_ effect: SendFailure.Effect, _ code: String = "c") -> SendResult {
    .failed(SendFailure(effect, code: code))
  }

  @Test(arguments: [SendFailure.Effect.providerBusy, .providerThrottles, .providerRefuses])
  func `what was surely not taken is tried again, with the reason`(effect: SendFailure.Effect) {
    let verdict = Self.verdict(Self.failed(effect), Self.failed(effect))
    #expect(verdict.reports.isEmpty && verdict.again.map(\.request.tag) == [1, 2])
    #expect(verdict.again.allSatisfy { $0.failures == [1: SendFailure(effect, code: "c")] })
    #expect(verdict.failure == SendFailure(effect, code: "c") && !verdict.wasNotMade)
  }

  @Test func `what is unknown goes to nobody else, and the vendor rests`() {
    let verdict = Self.verdict(Self.failed(.unknown), Self.failed(.unknown))
    #expect(verdict.again.isEmpty && verdict.reports.map(\.tag) == [1, 2])
    #expect(verdict.failure?.effect == .unknown)
  }

  @Test(arguments: [SendFailure.Effect.retriable, .permanent, .deadAddress(since: nil)])
  func `what is of the delivery alone ends here, and the vendor works`(effect: SendFailure.Effect) {
    let verdict = Self.verdict(Self.failed(effect), Self.failed(.providerBusy), Self.failed(.unknown))
    #expect(verdict.reports.map(\.tag) == [1, 3] && verdict.again.map(\.request.tag) == [2])
    #expect(verdict.failure == nil)
  }

  @Test func `what a vendor does not tell of is unknown, and what it tells twice counts once`() {
    let group = SMSGroup(isLong: false, isAdvertising: false)
    let call = SMSCall(vendor: 0, group: group, items: SMS.requests(3).map { SMSItem(request: $0) })
    struct Odd: SMSVendor {
      let name = "odd"
      let batch = 10
      func group(of request: SendRequest) -> SMSGroup { SMSGroup(isLong: false, isAdvertising: false) }
      func request(for requests: [SendRequest], now: UnixTime, nonce: String) -> HTTPRequest { HTTPRequest(url: "") }
      func judge(_ answer: Result<HTTPResponse, HTTPTransferError>, for requests: [SendRequest]) -> [SendReport] {
        let busy = SendFailure(.providerBusy, code: "c")
        let odd = [SendReport(tag: 2, .failed(busy)), SendReport(tag: 9, .failed(busy))]
        return [SendReport(tag: 2, .sent(providerID: nil))] + odd
      }
    }
    let verdict = SMSVerdict(call, SMS.answer(200), Odd())
    #expect(verdict.again.isEmpty)
    #expect(
      verdict.reports == [
        SendReport(tag: 1, .failed(SMSAnswer.unreadable)), SendReport(tag: 2, .sent(providerID: nil)),
        SendReport(tag: 3, .failed(SMSAnswer.unreadable)),
      ])
  }

  @Test func `a vendor that took one works`() {
    let verdict = Self.verdict(.sent(providerID: nil), Self.failed(.providerRefuses))
    #expect(verdict.failure == nil && verdict.reports.map(\.tag) == [1] && verdict.again.map(\.request.tag) == [2])
  }

  @Test func `a call that was refused as a whole is halved, unless it has one text`() {
    let refused = Self.failed(.permanent)
    let verdict = Self.verdict(refused, refused, refused, refused, refused)
    #expect(verdict.reports.isEmpty && verdict.failure == nil && verdict.again.map(\.most) == [2, 2, 2, 2, 2])
    #expect(verdict.again.allSatisfy { $0.failures.isEmpty })
    #expect(Self.verdict(refused).reports.map(\.tag) == [1])
    #expect(Self.verdict(refused, refused, text: "a").reports.map(\.tag) == [1, 2])
    #expect(Self.verdict(refused, Self.failed(.permanent, "d")).reports.map(\.tag) == [1, 2])
    let dead = Self.failed(.deadAddress(since: nil))
    #expect(Self.verdict(dead, dead).reports.map(\.tag) == [1, 2])
  }
}
