import HTTPTransfer
import NotificationModel
import Worker

/// Twilio's error codes, as far as sending a message gives them.
enum TwilioErrors {
  static func failure(_ response: HTTPResponse, _ body: JSONValue?) -> SendFailure {
    let code = SMSAnswer.word(body?["code"])
    return SMSAnswer.failure(response, word: code, effect: code.flatMap(effect))
  }

  static func effect(_ code: String) -> SendFailure.Effect? { table[code] }

  private static let table: [String: SendFailure.Effect] = [
    // Not a number, and not a mobile one.
    "21211": .deadAddress(since: nil), "21614": .deadAddress(since: nil),
    // Opted out; not reachable from this sender; too long; a country that the account may not send to; a trial
    // account's unverified number; no body; the same number as the sender's.
    "21610": .permanent, "21612": .permanent, "21617": .permanent, "21408": .permanent, "21608": .permanent,
    "21602": .permanent, "21266": .permanent, "21605": .permanent, "21658": .permanent,
    // Account, key and sender.
    "10001": .providerRefuses, "20003": .providerRefuses, "20004": .providerRefuses, "20005": .providerRefuses,
    "20404": .providerRefuses, "21212": .providerRefuses, "21603": .providerRefuses, "21606": .providerRefuses,
    "21659": .providerRefuses, "21660": .providerRefuses, "21703": .providerRefuses, "30002": .providerRefuses,
    // Too much at once; the queue of the sender is full.
    "20429": .providerThrottles, "14107": .providerThrottles, "21611": .providerThrottles, "30001": .providerThrottles,
    "20503": .providerBusy,
    // It waited too long in the sender's queue, and was not sent.
    "30036": .retriable,
  ]
}
