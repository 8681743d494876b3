import Testing
import Worker

@testable import HTTPTransfer
@testable import Providers

@Suite("FCM's answers") struct FCMAnswerTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var status: Int
    var body: String
    var retryAfter: String?
    var effect: SendFailure.Effect
    var code: String
    var waits: Duration?

    var testDescription: String { "\(status) \(code) \(effect)" }
  }

  private static let fcm = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
  private static let rpc = "type.googleapis.com/google.rpc"

  private static func error(_ status: String, _ details: String...) -> String {
    let list = details.joined(separator: ",")
    return #"{"error":{"code":1,"message":"text with device","status":"\#(status)","details":[\#(list)]}}"#
  }

  private static func own(_ word: String) -> String { #"{"@type":"\#(fcm)","errorCode":"\#(word)"}"# }

  private static func bad(_ fields: String...) -> String {
    let list = fields.map { #"{"field":"\#($0)","description":"message.token"}"# }.joined(separator: ",")
    return #"{"@type":"\#(rpc).BadRequest","fieldViolations":[\#(list)]}"#
  }

  private static func quota(_ violations: (String, String)...) -> String {
    let list = violations.map { #"{"subject":"\#($0.0)","description":"\#($0.1)"}"# }.joined(separator: ",")
    return #"{"@type":"\#(rpc).QuotaFailure","violations":[\#(list)]}"#
  }

  static let requests = [
    Row(
      status: 400, body: error("INVALID_ARGUMENT", own("INVALID_ARGUMENT")), effect: .deadAddress(since: nil),
      code: "INVALID_ARGUMENT"),
    Row(
      status: 400, body: error("INVALID_ARGUMENT", bad("message.android.ttl")), effect: .permanent,
      code: "INVALID_ARGUMENT"),
    Row(
      status: 400, body: error("INVALID_ARGUMENT", bad("message.token")), effect: .permanent, code: "INVALID_ARGUMENT"),
    Row(
      status: 400, body: error("INVALID_ARGUMENT", own("INVALID_ARGUMENT"), bad("message.data", "message.token")),
      effect: .deadAddress(since: nil), code: "INVALID_ARGUMENT"),
    Row(
      status: 400, body: error("INVALID_ARGUMENT", bad("message.data"), own("INVALID_ARGUMENT")), effect: .permanent,
      code: "INVALID_ARGUMENT"),
    // As FCM answers to a message that is too big.
    Row(
      status: 400, body: error("INVALID_ARGUMENT", #"{"@type":"\#(rpc).BadRequest"}"#, own("INVALID_ARGUMENT")),
      effect: .permanent, code: "INVALID_ARGUMENT"),
    Row(status: 400, body: error("INVALID_ARGUMENT"), effect: .permanent, code: "INVALID_ARGUMENT"),
    Row(
      status: 400, body: error("FAILED_PRECONDITION", own("INVALID-ARGUMENT")), effect: .permanent,
      code: "FAILED_PRECONDITION"),
    Row(
      status: 404, body: error("NOT_FOUND", own("UNREGISTERED")), effect: .deadAddress(since: nil),
      code: "UNREGISTERED"),
    Row(status: 404, body: error("NOT_FOUND"), effect: .permanent, code: "NOT_FOUND"),
    Row(status: 404, body: "<html>", effect: .providerRefuses, code: "HTTP_404"),
    Row(status: 413, body: "", effect: .permanent, code: "HTTP_413"),
    Row(status: 408, body: "", effect: .retriable, code: "HTTP_408"),
    Row(status: 302, body: "", effect: .providerRefuses, code: "HTTP_302"),
  ]

  static let access = [
    Row(
      status: 401, body: error("UNAUTHENTICATED", own("THIRD_PARTY_AUTH_ERROR")), effect: .providerRefuses,
      code: "THIRD_PARTY_AUTH_ERROR"),
    Row(status: 401, body: error("UNAUTHENTICATED"), effect: .providerBusy, code: "UNAUTHENTICATED"),
    Row(status: 401, body: "", effect: .providerBusy, code: "HTTP_401"),
    Row(
      status: 403, body: error("PERMISSION_DENIED", own("SENDER_ID_MISMATCH")), effect: .deadAddress(since: nil),
      code: "SENDER_ID_MISMATCH"),
    Row(status: 403, body: error("PERMISSION_DENIED"), effect: .providerRefuses, code: "PERMISSION_DENIED"),
    Row(status: 403, body: "[]", effect: .providerRefuses, code: "HTTP_403"),
  ]

  static let load = [
    Row(
      status: 429, body: error("RESOURCE_EXHAUSTED", own("QUOTA_EXCEEDED")), effect: .providerThrottles,
      code: "QUOTA_EXCEEDED", waits: .seconds(60)),
    Row(
      status: 429, body: error("RESOURCE_EXHAUSTED", own("QUOTA_EXCEEDED")), retryAfter: "30",
      effect: .providerThrottles, code: "QUOTA_EXCEEDED", waits: .seconds(30)),
    Row(
      status: 429, body: error("RESOURCE_EXHAUSTED", #"{"@type":"\#(rpc).ErrorInfo","reason":"RATE_LIMIT_EXCEEDED"}"#),
      retryAfter: "90", effect: .providerThrottles, code: "RESOURCE_EXHAUSTED", waits: .seconds(90)),
    Row(
      status: 429,
      body: error("RESOURCE_EXHAUSTED", quota(("project:my-device-shop", "Message rate")), own("QUOTA_EXCEEDED")),
      effect: .providerThrottles, code: "QUOTA_EXCEEDED", waits: .seconds(60)),
    Row(
      status: 429,
      body: error("RESOURCE_EXHAUSTED", own("QUOTA_EXCEEDED"), quota(("device:1", ""), ("project:1", "all"))),
      effect: .providerThrottles, code: "QUOTA_EXCEEDED", waits: .seconds(60)),
    Row(
      status: 429, body: error("RESOURCE_EXHAUSTED", own("QUOTA_EXCEEDED"), quota(("device:1", "too many"))),
      effect: .retriable, code: "QUOTA_EXCEEDED"),
    Row(
      status: 429,
      body: error("RESOURCE_EXHAUSTED", own("QUOTA_EXCEEDED"), quota(("project:1", "Device message rate exceeded"))),
      retryAfter: "5", effect: .retriable, code: "QUOTA_EXCEEDED", waits: .seconds(5)),
    Row(
      status: 429, body: error("RESOURCE_EXHAUSTED", own("QUOTA_EXCEEDED"), quota(("", "Topic message rate"))),
      effect: .retriable, code: "QUOTA_EXCEEDED"),
    Row(status: 429, body: "", effect: .providerThrottles, code: "HTTP_429", waits: .seconds(60)),
    Row(status: 500, body: error("INTERNAL", own("INTERNAL")), effect: .retriable, code: "INTERNAL"),
    Row(status: 500, body: "", retryAfter: "7", effect: .retriable, code: "HTTP_500", waits: .seconds(7)),
    Row(status: 502, body: "<html>", effect: .retriable, code: "HTTP_502"),
    Row(
      status: 503, body: error("UNAVAILABLE", own("UNAVAILABLE")), retryAfter: "17", effect: .providerBusy,
      code: "UNAVAILABLE", waits: .seconds(17)),
    Row(status: 503, body: "", effect: .providerBusy, code: "HTTP_503"),
  ]

  private func answer(_ row: Row, isTruncated: Bool = false) -> FCMAnswer {
    let headers = row.retryAfter.map { ["retry-after": $0] } ?? [:]
    return FCMAnswer(
      .success(
        HTTPResponse(status: row.status, headers: headers, body: Array(row.body.utf8), isTruncated: isTruncated)))
  }

  @Test("a failure", arguments: requests + access + load) func failure(_ row: Row) {
    #expect(answer(row).result == .failed(SendFailure(row.effect, code: row.code, retryAfter: row.waits)))
  }

  @Test func `only an access token that is not taken asks for a new one`() {
    let asking = (Self.requests + Self.access + Self.load).filter { answer($0).refusesToken }
    #expect(asking.map(\.code) == ["UNAUTHENTICATED", "HTTP_401"])
  }

  @Test(
    "what is no word of Google's is no code",
    arguments: [
      #""invalid""#, #""""#, "7", "null", #"["INTERNAL"]"#, #""A1""#, "\"\(String(repeating: "A", count: 65))\"",
      #""A B""#,
    ])
  func code(_ word: String) {
    let body = #"{"error":{"status":\#(word),"details":[{"@type":"\#(Self.fcm)","errorCode":\#(word)}]}}"#
    let row = Row(status: 400, body: body, effect: .permanent, code: "HTTP_400")
    #expect(answer(row).result == .failed(SendFailure(.permanent, code: "HTTP_400")))
  }

  @Test(
    "what is not as it should be does no harm",
    arguments: [
      #"{"error":[]}"#, #"{"error":{"details":{}}}"#, #"{"error":{"details":[7,null,[],{"@type":7}]}}"#, "\u{0}", "{",
      #"{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":7}]}}"#,
    ])
  func hostile(_ body: String) {
    let row = Row(status: 400, body: body, effect: .permanent, code: "HTTP_400")
    #expect(answer(row).result == .failed(SendFailure(.permanent, code: "HTTP_400")))
  }

  @Test("of a cut answer nobody knows whom it blames", arguments: [400, 403, 404])
  func cut(_ status: Int) {
    let row = Row(status: status, body: #"{"error":{"sta"#, effect: .retriable, code: "HTTP_\(status)")
    #expect(answer(row, isTruncated: true).result == .failed(SendFailure(.retriable, code: "HTTP_\(status)")))
  }

  @Test func `a cut 429 and 503 are about load all the same`() {
    for (status, effect) in [(429, SendFailure.Effect.providerThrottles), (503, .providerBusy)] {
      let row = Row(status: status, body: "", effect: effect, code: "")
      guard case .failed(let failure) = answer(row, isTruncated: true).result else {
        Issue.record("sent?")
        return
      }
      #expect(failure.effect == effect)
    }
  }

  @Test(
    "a message's id",
    arguments: [
      (#"{"name":"projects/shop-1/messages/0:15%31b"}"#, "0:15%31b"), ("", nil), ("{}", nil), (#"{"name":7}"#, nil),
      (#"{"name":"a\nb"}"#, nil), (#"{"name":"/"}"#, nil),
      (#"{"name":"m/\#(String(repeating: "x", count: 257))"}"#, nil),
    ] as [(String, String?)])
  func sent(_ body: String, _ id: String?) {
    let row = Row(status: 200, body: body, effect: .permanent, code: "")
    #expect(answer(row).result == .sent(providerID: id))
  }

  @Test func `without an answer the failure is the transfer's`() {
    let lost = FCMAnswer(.failure(HTTPTransferError(.timeout, "x", mayHaveArrived: true)))
    #expect(lost.result == .failed(SendFailure(.unknown, code: "TIMEOUT")))
    let away = FCMAnswer(.failure(HTTPTransferError(.cannotConnect, "x")))
    #expect(away.result == .failed(SendFailure(.providerBusy, code: "CANNOT_CONNECT")))
  }
}
