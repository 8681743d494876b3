import HTTPTransfer
import NotificationModel
import Worker

/// Solapi's words for a call that failed, and its codes for a message that it did not take.
enum SolapiErrors {
  static func failure(_ response: HTTPResponse, _ body: JSONValue?) -> SendFailure {
    let word = SMSAnswer.word(body?["errorCode"])
    return SMSAnswer.failure(response, word: word, effect: word.flatMap { words[$0] })
  }

  static func failure(code: String?) -> SendFailure {
    guard let code else { return SendFailure(.permanent, code: "NOT_TAKEN") }
    return SendFailure(codes[code] ?? .permanent, code: code)
  }

  /// 2000 is registered; those above it are on their way to a carrier.
  static func isTaken(_ code: String) -> Bool { code.utf8.count == 4 && code.hasPrefix("2") }

  private static let words: [String: SendFailure.Effect] = [
    "InvalidAPIKey": .providerRefuses, "InvalidAPISecret": .providerRefuses, "SignatureDoesNotMatch": .providerRefuses,
    "Unauthorized": .providerRefuses, "Forbidden": .providerRefuses, "NotEnoughBalance": .providerRefuses,
    // The clock of this machine is wrong.
    "RequestTimeTooSkewed": .providerRefuses,
    // The next call has another salt.
    "DuplicatedSignature": .providerBusy,
    "TooManyRequests": .providerThrottles,
    "ValidationError": .permanent, "BadRequest": .permanent, "MessagesNotFound": .permanent,
  ]

  private static let codes: [String: SendFailure.Effect] = [
    // The same number is in the call already: this one was not taken, and may go in another.
    "1025": .retriable,
    // No money, and a sender that is not registered.
    "1030": .providerRefuses, "1062": .providerRefuses,
  ]
}
