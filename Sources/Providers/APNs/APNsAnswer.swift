import Foundation
import HTTPTransfer
import NotificationModel
import Worker

/// What APNs' answers mean, by the table of "Handling notification responses from APNs".
struct APNsAnswer {
  let result: SendResult
  /// The token is not taken any more: a new one is needed.
  var needsToken = false

  /// - Parameter registeredAt: of the device, if it is known.
  init(_ outcome: Result<HTTPResponse, HTTPTransferError>, registeredAt: UnixTime?) {
    switch outcome {
    case .failure(let error): result = .failed(TransferFailure.meaning(of: error))
    case .success(let response) where (200..<300).contains(response.status):
      result = .sent(providerID: response.headers["apns-id"])
    case .success(let response):
      let body = Body(response.body)
      guard let reason = body.reason else {
        result = .failed(Self.withoutReason(response))
        return
      }
      let retryAfter = TransferFailure.retryAfter(response)
      let effect = Self.effect(response.status, reason, since: body.since, registeredAt: registeredAt)
      // Its date may be what is invalid.
      needsToken = ["ExpiredProviderToken", "InvalidProviderToken"].contains(reason)
      result = .failed(
        SendFailure(effect, code: reason, retryAfter: Self.max(retryAfter, Self.least(response.status, reason))))
    }
  }

  private struct Body: Decodable {
    var reason: String?
    /// Milliseconds since 1970, whatever clients of others take it for.
    var timestamp: Int64?

    /// A reason is a word of letters; anything else is no reason.
    init(_ bytes: [UInt8]) {
      guard let read = try? JSONDecoder().decode(Body.self, from: Data(bytes)) else { return }
      timestamp = read.timestamp
      guard let word = read.reason, (1...64).contains(word.utf8.count),
        word.utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) })
      else { return }
      reason = word
    }

    var since: UnixTime? { timestamp.map { UnixTime(milliseconds: $0) } }
  }

  /// APNs gives one always: what has none was cut, or comes from something on the way to it.
  private static func withoutReason(_ response: HTTPResponse) -> SendFailure {
    let code = "HTTP_\(response.status)"
    if response.isTruncated { return SendFailure(.unknown, code: code) }
    let effect: SendFailure.Effect = response.status >= 500 ? .providerBusy : .providerRefuses
    return SendFailure(effect, code: code, retryAfter: TransferFailure.retryAfter(response))
  }

  private static func effect(
    _ status: Int, _ reason: String, since: UnixTime?, registeredAt: UnixTime?
  ) -> SendFailure.Effect {
    switch (status, reason) {
    case (400, "BadDeviceToken"), (410, "ExpiredToken"): .deadAddress(since: since)
    case (410, _):
      // One that was registered again since then is another.
      if let since, let registeredAt, registeredAt >= since { .retriable } else { .deadAddress(since: since) }
    case (400, "IdleTimeout"), (403, "ExpiredProviderToken"), (429, "TooManyProviderTokenUpdates"), (503, _):
      .providerBusy
    case (403, "Forbidden"): .permanent
    case (403, _): .providerRefuses
    // Too many for this device alone.
    case (429, _), (500..., _): .retriable
    default: .permanent
    }
  }

  /// What Apple asks for where it says nothing: a server error is worth another try after a quarter of an hour, a new
  /// token after twenty minutes.
  private static func least(_ status: Int, _ reason: String) -> Duration? {
    switch (status, reason) {
    case (500, _): .seconds(900)
    case (429, "TooManyProviderTokenUpdates"): .seconds(1_200)
    default: nil
    }
  }

  private static func max(_ one: Duration?, _ other: Duration?) -> Duration? {
    guard let one else { return other }
    return other.map { Swift.max(one, $0) } ?? one
  }
}
