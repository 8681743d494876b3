import HTTPTransfer
import NotificationModel
import Worker

/// What FCM's answers mean, by the table of its error codes.
struct FCMAnswer {
  let result: SendResult
  /// The access token is not taken any more: a new one is needed.
  var refusesToken = false

  init(_ outcome: Result<HTTPResponse, HTTPTransferError>) {
    switch outcome {
    case .failure(let error): result = .failed(TransferFailure.meaning(of: error))
    case .success(let response) where (200..<300).contains(response.status):
      result = .sent(providerID: Self.messageID(response.body))
    case .success(let response):
      let error = FCMErrorBody(response.body)
      let effect = Self.effect(response, error)
      refusesToken = response.status == 401 && error.code != "THIRD_PARTY_AUTH_ERROR"
      result = .failed(
        SendFailure(
          effect, code: error.code ?? "HTTP_\(response.status)", retryAfter: Self.retryAfter(response, effect)))
    }
  }

  private static func effect(_ response: HTTPResponse, _ error: FCMErrorBody) -> SendFailure.Effect {
    switch (response.status, error.code) {
    // It may have been about the token alone, or about all.
    case (400..<500, nil) where response.isTruncated && response.status != 429: .retriable
    case (400, "INVALID_ARGUMENT"): error.blamesToken ? .deadAddress(since: nil) : .permanent
    case (404, "UNREGISTERED"), (403, "SENDER_ID_MISMATCH"): .deadAddress(since: nil)
    case (401, "THIRD_PARTY_AUTH_ERROR"), (403, _): .providerRefuses
    case (401, _), (503, _): .providerBusy
    case (429, _): error.limitsTarget ? .retriable : .providerThrottles
    // Not FCM, but what else answers there: nobody's message would be taken.
    case (300..<400, _), (404, nil): .providerRefuses
    case (408, _), (500..., _): .retriable
    default: .permanent
    }
  }

  /// A project's quota is filled again within a minute, if FCM does not say when.
  private static func retryAfter(_ response: HTTPResponse, _ effect: SendFailure.Effect) -> Duration? {
    let asked = TransferFailure.retryAfter(response)
    return effect == .providerThrottles ? asked ?? .seconds(60) : asked
  }

  /// The last part of `projects/…/messages/ID`.
  private static func messageID(_ body: [UInt8]) -> String? {
    guard case .object(let members)? = try? JSONParser.parse(body), case .text(let name)? = members["name"],
      let id = name.split(separator: "/").last, id.utf8.count <= 256,
      id.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    return String(id)
  }
}
