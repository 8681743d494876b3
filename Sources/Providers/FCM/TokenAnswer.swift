import HTTPTransfer
import NotificationModel
import Worker

/// What the token endpoint's answers mean (RFC 6749, 5.1 and 5.2).
struct TokenAnswer: Equatable {
  let text: String
  /// Seconds.
  let lifetime: Int64

  /// A failure is never `unknown`: a token too many does no harm.
  static func read(_ outcome: Result<HTTPResponse, HTTPTransferError>) -> Result<TokenAnswer, SendFailure> {
    switch outcome {
    case .failure(let error): .failure(failure(of: error))
    case .success(let response) where (200..<300).contains(response.status):
      token(response.body).map { .success($0) }
        ?? .failure(SendFailure(.providerBusy, code: "TOKEN_NOT_UNDERSTOOD"))
    case .success(let response): .failure(refusal(response))
    }
  }

  private static func failure(of error: HTTPTransferError) -> SendFailure {
    SendFailure(
      error.code == .invalidRequest ? .providerRefuses : .providerBusy,
      code: "TOKEN_\(TransferFailure.meaning(of: error).code)")
  }

  private static func members(_ body: [UInt8]) -> [String: JSONValue] {
    if case .object(let members)? = try? JSONParser.parse(body) { members } else { [:] }
  }

  private static func token(_ body: [UInt8]) -> TokenAnswer? {
    let members = members(body)
    // It becomes a part of a header.
    guard case .text(let text)? = members["access_token"], (1...8_192).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    guard case .number(let number)? = members["expires_in"] else { return TokenAnswer(text: text, lifetime: 3_600) }
    guard let seconds = Double(number), seconds >= 1 else { return nil }
    return TokenAnswer(text: text, lifetime: Int64(min(seconds, 86_400)))
  }

  private static func refusal(_ response: HTTPResponse) -> SendFailure {
    let word = word(members(response.body)["error"])
    let isPassing =
      response.status == 408 || response.status == 429 || response.status >= 500
      || ["temporarily_unavailable", "server_error", "internal_failure"].contains(word)
    return SendFailure(
      isPassing ? .providerBusy : .providerRefuses, code: word ?? "TOKEN_HTTP_\(response.status)",
      retryAfter: TransferFailure.retryAfter(response))
  }

  /// As `invalid_grant`; anything else is no word of the endpoint's.
  private static func word(_ value: JSONValue?) -> String? {
    guard case .text(let text)? = value, (1...64).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F })
    else { return nil }
    return text
  }
}
