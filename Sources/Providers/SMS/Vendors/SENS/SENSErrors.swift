import HTTPTransfer
import NotificationModel
import Worker

/// The errors of Naver Cloud's API Gateway, by the code in `error.errorCode`; SENS's own come with a status alone.
enum SENSErrors {
  static func failure(_ response: HTTPResponse, _ body: JSONValue?) -> SendFailure {
    let word = SMSAnswer.word(body?["error"]?["errorCode"])
    return SMSAnswer.failure(response, word: word.map { "GATEWAY_\($0)" }, effect: word.flatMap { table[$0] })
  }

  private static let table: [String: SendFailure.Effect] = [
    "100": .permanent,
    "200": .providerRefuses, "210": .providerRefuses, "230": .providerRefuses, "300": .providerRefuses,
    "400": .providerThrottles, "410": .providerThrottles, "420": .providerThrottles,
    "430": .permanent,
    // Of the service behind the gateway, which may have done what was asked.
    "500": .unknown, "510": .unknown, "900": .unknown,
  ]
}
