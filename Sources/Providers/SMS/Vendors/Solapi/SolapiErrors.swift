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

  /// Registered; with a carrier; received.
  static func isTaken(_ code: String) -> Bool { ["2000", "3000", "4000"].contains(code) }

  private static let words: [String: SendFailure.Effect] = [
    "InvalidAPIKey": .providerRefuses, "SignatureDoesNotMatch": .providerRefuses, "Unauthorized": .providerRefuses,
    "Forbidden": .providerRefuses, "NotEnoughBalance": .providerRefuses,
    // The clock of this machine is wrong.
    "RequestTimeTooSkewed": .providerRefuses,
    // The next call has another salt.
    "DuplicatedSignature": .providerBusy,
    "TooManyRequests": .providerThrottles,
    "ValidationError": .permanent, "BadRequest": .permanent, "MessagesNotFound": .permanent,
  ]

  /// Those that are not here are of the message: its form, its characters, a number that is blocked or has opted out.
  private static let codes: [String: SendFailure.Effect] = [
    // The account is wrong or blocked, has no money, or the sender is not registered.
    "1020": .providerRefuses, "2063": .providerRefuses, "1030": .providerRefuses, "2230": .providerRefuses,
    "1062": .providerRefuses, "2062": .providerRefuses,
    // The server failed: before it took the message, and after.
    "1024": .providerBusy, "2024": .retriable,
    // The number is in the call already: this one was not taken, and may go in another.
    "1026": .retriable,
  ]
}
