import Foundation
import HTTPTransfer
import NotificationModel
import Signing
import Synchronization
import Worker

/// Posts a delivery's content to one URL, signed as Standard Webhooks has it: `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`, an HMAC over `id.timestamp.body`.
///
/// The receiver knows a repeated delivery by `webhook-id`, which is why one may be sent again when its answer was lost.
final class WebhookProvider: Provider {
  let name = "webhook"
  let resendsAmbiguous = true
  private let url: String
  private let secret: [UInt8]
  private let client: HTTPClient
  private let calls: Calls

  /// What is on its way, by the client's tags.
  private final class Calls: Sendable {
    typealias Call = (tag: UInt64, report: @Sendable ([SendReport]) -> Void)
    private let state = Mutex<(next: UInt64, all: [UInt64: Call])>((1, [:]))

    func begin(_ call: Call) -> UInt64 {
      state.withLock { state in
        defer { state.next += 1 }
        state.all[state.next] = call
        return state.next
      }
    }

    func end(_ outcome: HTTPOutcome) {
      guard let call = state.withLock({ $0.all.removeValue(forKey: outcome.tag) }) else { return }
      call.report([SendReport(tag: call.tag, WebhookProvider.meaning(of: outcome.result))])
    }
  }

  /// - Parameter secret: what the receiver checks signatures by; 24 bytes or more.
  init(url: String, secret: [UInt8], client settings: HTTPClientSettings = HTTPClientSettings()) throws {
    (self.url, self.secret) = (url, secret)
    let calls = Calls()
    self.calls = calls
    client = try HTTPClient(settings) { outcomes in for outcome in outcomes { calls.end(outcome) } }
  }

  func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    let now = Int(Date().timeIntervalSince1970)
    var refused: [SendReport] = []
    var sendable: [HTTPRequest] = []
    for request in requests {
      guard let body = Self.body(request.delivery) else {
        refused.append(SendReport(tag: request.tag, .failed(SendFailure(.permanent, code: "NO_EMAIL"))))
        continue
      }
      var call = signed(body, id: request.delivery.id, time: now)
      call.tag = calls.begin((request.tag, report))
      sendable.append(call)
    }
    if !refused.isEmpty { report(refused) }
    client.submit(sendable)
  }

  func stop(within time: Duration) { client.stop(within: time) }

  private struct Body: Encodable {
    let id, category: String
    let subject: String
    let text, html: String?
  }

  private static func body(_ delivery: Delivery) -> [UInt8]? {
    guard let mail = delivery.content.email else { return nil }
    let body = Body(
      id: delivery.id, category: delivery.category, subject: mail.subject, text: mail.text, html: mail.html)
    return (try? JSONEncoder().encode(body)).map(Array.init)
  }

  private func signed(_ body: [UInt8], id: String, time: Int) -> HTTPRequest {
    let signature = HMACSHA256.code(Array("\(id).\(time).".utf8) + body, key: secret)
    return HTTPRequest(
      url: url,
      headers: [
        ("content-type", "application/json"), ("webhook-id", id), ("webhook-timestamp", "\(time)"),
        ("webhook-signature", "v1,\(Data(signature).base64EncodedString())"),
      ], body: body)
  }

  /// Standard Webhooks: 2xx is taken, 410 means that nobody wants any more, all else may be better later.
  private static func meaning(of result: Result<HTTPResponse, HTTPTransferError>) -> SendResult {
    switch result {
    case .success(let response) where (200..<300).contains(response.status): .sent(providerID: nil)
    case .success(let response): .failed(failure(response))
    case .failure(let error) where error.mayHaveArrived: .failed(SendFailure(.unknown, code: "NO_ANSWER"))
    case .failure: .failed(SendFailure(.providerBusy, code: "NOT_REACHED"))
    }
  }

  private static func failure(_ response: HTTPResponse) -> SendFailure {
    let seconds = response.headers["retry-after"].flatMap { Int($0) }
    let effect: SendFailure.Effect =
      switch response.status {
      case 410: .permanent
      case 429: .providerThrottles
      case 500...: .retriable
      default: .providerRefuses
      }
    return SendFailure(effect, code: "HTTP_\(response.status)", retryAfter: seconds.map { .seconds(max(0, $0)) })
  }
}
