import NotificationModel
import Testing
import Worker

@testable import HTTPTransfer
@testable import Providers

@Suite("What APNs answers") struct APNsAnswerTests {
  /// A row of Apple's table.
  struct Row: Sendable, CustomTestStringConvertible {
    let status: Int
    let reason: String
    let effect: SendFailure.Effect
    var seconds: Int64?
    var testDescription: String { "\(status) \(reason)" }

    init(_ status: Int, _ reason: String, _ effect: SendFailure.Effect, after seconds: Int64? = nil) {
      (self.status, self.reason, self.effect, self.seconds) = (status, reason, effect, seconds)
    }
  }

  private static let ours = [
    "BadCollapseId", "BadExpirationDate", "BadMessageId", "BadPriority", "BadTopic", "DeviceTokenNotForTopic",
    "DuplicateHeaders", "InvalidPushType", "MissingDeviceToken", "MissingTopic", "PayloadEmpty", "TopicDisallowed",
  ]
  private static let credentials = [
    "BadCertificate", "BadCertificateEnvironment", "BadEnvironmentKeyIdInToken", "InvalidProviderToken",
    "MissingProviderToken", "UnrelatedKeyIdInToken",
  ]
  static let rows: [Row] =
    ours.map { Row(400, $0, .permanent) } + credentials.map { Row(403, $0, .providerRefuses) } + [
      Row(400, "BadDeviceToken", .deadAddress(since: nil)), Row(400, "IdleTimeout", .providerBusy),
      Row(403, "ExpiredProviderToken", .providerBusy), Row(403, "Forbidden", .permanent),
      Row(404, "BadPath", .permanent), Row(405, "MethodNotAllowed", .permanent),
      Row(410, "ExpiredToken", .deadAddress(since: nil)), Row(410, "Unregistered", .deadAddress(since: nil)),
      Row(413, "PayloadTooLarge", .permanent), Row(429, "TooManyRequests", .retriable),
      Row(429, "TooManyProviderTokenUpdates", .providerBusy, after: 1_200),
      Row(500, "InternalServerError", .retriable, after: 900), Row(503, "ServiceUnavailable", .providerBusy),
      Row(503, "Shutdown", .providerBusy),
    ]

  private func failure(_ response: HTTPResponse, registeredAt: UnixTime? = nil) throws -> SendFailure {
    let answer = APNsAnswer(.success(response), registeredAt: registeredAt)
    guard case .failed(let failure) = answer.result else { throw NotFailed() }
    return failure
  }

  private struct NotFailed: Error {}

  private func response(_ status: Int, _ body: String, headers: [String: String] = [:]) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
  }

  @Test(arguments: rows) func `each row of its table means what Apple says`(row: Row) throws {
    let answer = APNsAnswer(.success(response(row.status, #"{"reason":"\#(row.reason)"}"#)), registeredAt: nil)
    let wait = row.seconds.map { Duration.seconds($0) }
    #expect(answer.result == .failed(SendFailure(row.effect, code: row.reason, retryAfter: wait)))
    #expect(answer.needsToken == ["ExpiredProviderToken", "InvalidProviderToken"].contains(row.reason))
  }

  @Test func `taken is taken, and its id is kept`() {
    let taken = APNsAnswer(.success(response(200, "", headers: ["apns-id": "A"])), registeredAt: nil)
    #expect(taken.result == .sent(providerID: "A"))
  }

  @Test func `a token is dead since Apple's time in milliseconds, unless it was registered later`() throws {
    let gone = response(410, #"{"reason":"Unregistered","timestamp":1700000000123}"#)
    let since = UnixTime(milliseconds: 1_700_000_000_123)
    #expect(try failure(gone).effect == .deadAddress(since: since))
    #expect(
      try failure(gone, registeredAt: UnixTime(milliseconds: 1_700_000_000_122)).effect == .deadAddress(since: since))
    #expect(try failure(gone, registeredAt: since).effect == .retriable)
  }

  @Test func `the longer of its wish and Apple's advice is waited`() throws {
    let error = #"{"reason":"InternalServerError"}"#
    #expect(try failure(response(500, error, headers: ["retry-after": "30"])).retryAfter == .seconds(900))
    #expect(try failure(response(500, error, headers: ["retry-after": "1800"])).retryAfter == .seconds(1_800))
    #expect(try failure(response(500, error, headers: ["retry-after": "999999999"])).retryAfter == .seconds(86_400))
    let busy = response(503, #"{"reason":"Shutdown"}"#, headers: ["retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"])
    #expect(try failure(busy).retryAfter == nil)
  }

  /// A proxy's page, a cut body, something that looks like an answer: never a reason to give a delivery up.
  @Test(arguments: [
    "", "<html>blocked</html>", "{", "[]", #"{"reason":7}"#, #"{"reason":""}"#, #"{"reason":"<b>"}"#,
    #"{"reason":"\#(String(repeating: "x", count: 65))"}"#,
  ])
  func `what gives no reason does not come from APNs`(body: String) throws {
    #expect(try failure(response(404, body)) == SendFailure(.providerRefuses, code: "HTTP_404"))
    #expect(try failure(response(302, body)) == SendFailure(.providerRefuses, code: "HTTP_302"))
    #expect(try failure(response(502, body)) == SendFailure(.providerBusy, code: "HTTP_502"))
    var cut = response(410, body)
    cut.isTruncated = true
    #expect(try failure(cut) == SendFailure(.unknown, code: "HTTP_410"))
  }

  @Test func `a reason that is not known counts by its status`() throws {
    let new = #"{"reason":"SomethingNew"}"#
    #expect(try failure(response(400, new)).effect == .permanent)
    #expect(try failure(response(403, new)).effect == .providerRefuses)
    #expect(try failure(response(418, new)).effect == .permanent)
    #expect(try failure(response(429, new)).effect == .retriable)
    #expect(try failure(response(504, new)).effect == .retriable)
  }

  @Test func `without an answer it counts whether it may have arrived`() {
    let lost = HTTPTransferError(.timeout, "it took too long", mayHaveArrived: true)
    let away = HTTPTransferError(.cannotConnect, "nobody is there")
    let wrong = HTTPTransferError(.invalidRequest, "a header has a line break")
    #expect(APNsAnswer(.failure(lost), registeredAt: nil).result == .failed(SendFailure(.unknown, code: "TIMEOUT")))
    #expect(
      APNsAnswer(.failure(away), registeredAt: nil).result
        == .failed(SendFailure(.providerBusy, code: "CANNOT_CONNECT")))
    #expect(
      APNsAnswer(.failure(wrong), registeredAt: nil).result == .failed(SendFailure(.permanent, code: "INVALID_REQUEST"))
    )
  }
}
