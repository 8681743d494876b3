import Foundation
import HTTPTransfer
import Worker

/// What SES's answers mean, by the errors of `SendEmail` in its API reference and of AWS's "Common error types".
enum SESAnswer {
  static func result(_ outcome: Result<HTTPResponse, HTTPTransferError>) -> SendResult {
    switch outcome {
    case .failure(let error): .failed(TransferFailure.meaning(of: error))
    case .success(let response) where (200..<300).contains(response.status):
      .sent(providerID: Body(response).messageID)
    case .success(let response): .failed(failure(response))
    }
  }

  private struct Body {
    var messageID: String?
    var type: String?
    var message = ""

    init(_ response: HTTPResponse) {
      let read = (try? JSONSerialization.jsonObject(with: Data(response.body))) as? [String: Any] ?? [:]
      messageID = (read["MessageId"] as? String).flatMap { (1...256).contains($0.utf8.count) ? $0 : nil }
      message = read["message"] as? String ?? read["Message"] as? String ?? ""
      type = (response.headers["x-amzn-errortype"] ?? read["__type"] as? String).flatMap(Self.word)
    }

    /// Of `com.amazonaws.ses#BadRequestException` or `BadRequestException:http://…`; nil for what is no word of letters.
    private static func word(_ text: String) -> String? {
      let word = text.prefix { $0 != ":" }.split(separator: "#").last ?? ""
      let isWord = word.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
      return isWord && (1...64).contains(word.utf8.count) ? String(word) : nil
    }
  }

  private static func failure(_ response: HTTPResponse) -> SendFailure {
    let body = Body(response)
    let code = body.type ?? "HTTP_\(response.status)"
    let retryAfter = TransferFailure.retryAfter(response)
    switch body.type {
    case "TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException":
      guard body.message.contains("Daily") else {
        return SendFailure(.providerThrottles, code: code, retryAfter: retryAfter)
      }
      // What "Errors related to the sending quotas" asks for; the quota is that of the last 24 hours.
      return SendFailure(.providerThrottles, code: "DailyQuotaExceeded", retryAfter: .seconds(600))
    case "MessageRejected" where body.message.hasPrefix("Email address is not verified"):
      return SendFailure(.providerRefuses, code: "EmailAddressNotVerified")
    default:
      return SendFailure(effect(response.status, body.type), code: code, retryAfter: retryAfter)
    }
  }

  private static func effect(_ status: Int, _ type: String?) -> SendFailure.Effect {
    switch (status, type) {
    case (_, "AccountSuspendedException"), (_, "SendingPausedException"), (_, "MailFromDomainNotVerifiedException"),
      (_, "NotFoundException"), (400, "IncompleteSignature"), (400, "RequestExpired"), (400, "OptInRequired"),
      (400, "UnrecognizedClientException"), (400, "InvalidSignatureException"), (400, "ExpiredTokenException"):
      .providerRefuses
    case (429, _): .providerThrottles
    case (408, _), (503, _): .providerBusy
    // It may be on its way all the same.
    case (500..., _): .unknown
    case (413, _): .permanent
    // Named, it is this mail; without a name it is somebody between us and SES who answers.
    case (400, .some): .permanent
    case (400, nil): .retriable
    default: .providerRefuses
    }
  }
}
