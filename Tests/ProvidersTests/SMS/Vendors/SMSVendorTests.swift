import Foundation
import HTTPTransfer
import NotificationModel
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("All vendors") struct SMSVendorTests {
  private static func vendors() throws -> [any SMSVendor] {
    [try SMS.sens(), try SMS.solapi(), try SMS.nhn(), try SMS.twilio()]
  }

  /// Answers in the vendors' shapes with parts missing, doubled, cut off, or of another kind.
  private static func body(_ requests: [SendRequest], _ random: inout SeededGenerator) -> [UInt8] {
    var results: [JSONValue] = []
    for request in requests.shuffled(using: &random) {
      let code = ["0", "2000", "-2019", "1062", "-2021", "1026", "x y"].randomElement(using: &random)!
      let result: JSONValue = [
        "recipientGroupingKey": .text(request.delivery.id), "resultCode": .number(Int(code).map { "\($0)" } ?? "7"),
        "statusCode": .text(code), "customFields": ["deliveryID": .text(request.delivery.id)], "messageId": "M1",
        "to": "01012345678",
      ]
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        results.append(Bool.random(using: &random) ? result : .null)
      }
    }
    let whole: JSONValue = [
      "statusCode": .text(["202", "400", "x"].randomElement(using: &random)!), "requestId": "R", "sid": "SM1",
      "header": ["isSuccessful": .bool(Bool.random(using: &random)), "resultCode": -9999],
      "body": ["data": ["requestId": "R", "sendResultList": .list(results)]], "messageList": .list(results),
      "failedMessageList": Bool.random(using: &random) ? .list(Array(results.prefix(2))) : .null,
      "groupInfo": [
        "groupId": "G", "count": ["registeredSuccess": .number("\(Int.random(in: 0...9, using: &random))")],
      ],
    ]
    var bytes = [UInt8]((try? JSONEncoder().encode(whole)) ?? Data())
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
    case 1: bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    default: break
    }
    return bytes
  }

  @Test(arguments: 1...300)
  func `whatever the answer is, each delivery is reported once, in a word that is no text`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let word = try Regex("[A-Za-z0-9_.-]{1,64}")
    for vendor in try Self.vendors() {
      let requests = SMS.requests(Int.random(in: 1...min(vendor.batch, 12), using: &random))
      let status = [200, 201, 202, 302, 400, 401, 429, 500, 503].randomElement(using: &random)!
      let answer = HTTPResponse(
        status: status, body: Self.body(requests, &random), isTruncated: Int.random(in: 0..<8, using: &random) == 0)
      let reports = vendor.judge(.success(answer), for: requests)
      #expect(reports.map(\.tag).sorted() == requests.map(\.tag), "\(vendor.name)")
      for report in reports {
        if let failure = SMS.failure(report.result) { #expect(failure.code.wholeMatch(of: word) != nil) }
      }
      if answer.isTruncated, (200..<300).contains(status) {
        #expect(reports.allSatisfy { SMS.failure($0.result)?.effect == .unknown }, "\(vendor.name)")
      }
    }
  }

  @Test(arguments: ["a\r\nb", "\u{0}\u{1F}x", "quo\"te\\", "</script>", "a\u{2028}b", "#{x}", "##key##"])
  func `no text breaks out of a request`(text: String) throws {
    for vendor in try Self.vendors() {
      guard (try? vendor.group(of: SMS.request(1, text))) != nil else { continue }
      let request = vendor.request(for: [SMS.request(1, text)], now: SMS.now, nonce: SMS.nonce)
      #expect(request.body.allSatisfy { $0 >= 0x20 }, "\(vendor.name)")
      #expect(request.headers.allSatisfy { $0.value.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }, "\(vendor.name)")
      if vendor.name != "twilio" {
        let body = try JSONParser.parse(request.body)
        let sent = body["body"]?.string ?? body["messages"]?.elements?.first?["text"]?.string ?? body["content"]?.string
        #expect(sent == SMSText.clean(text), "\(vendor.name)")
      }
    }
  }

  @Test func `no secret that signs stands in a request`() throws {
    for vendor in [try SMS.sens(), try SMS.solapi()] as [any SMSVendor] {
      let request = vendor.request(for: SMS.requests(1), now: SMS.now, nonce: SMS.nonce)
      let all = request.url + request.text + request.headers.map(\.value).joined()
      #expect(!all.contains("secret"), "\(vendor.name)")
    }
  }
}
