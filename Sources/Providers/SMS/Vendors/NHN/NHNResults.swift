import HTTPTransfer
import NotificationModel
import Worker

/// What NHN Cloud says of a recipient later. Long messages have a path of their own, which an id does not tell.
struct NHNResults: SMSResultSource {
  let settings: NHNSettings

  func asks(for ids: [String]) -> [SMSAsk] { ids.compactMap { ask($0, "sms") } }

  private func ask(_ id: String, _ kind: String) -> SMSAsk? {
    let parts = id.split(separator: ":").map(String.init)
    guard parts.count == 2, SMSKey.isPathPart(parts[0]), let sequence = Int(parts[1]) else { return nil }
    let url =
      settings.host + "/sms/v3.0/appKeys/\(settings.appKey)/sender/\(kind)/\(parts[0])?recipientSeq=\(sequence)"
    return SMSAsk(
      ids: [id],
      request: { _, _ in HTTPRequest(method: "GET", url: url, headers: [("x-secret-key", settings.secretKey)]) },
      judge: { answer in
        let result = Self.judge(answer)
        var end = SMSAskEnd([id], result)
        if result == .notFound, kind == "sms", let long = ask(id, "mms") {
          end = SMSAskEnd()
          end.further = [long]
        }
        return end
      })
  }

  static func judge(_ answer: Result<HTTPResponse, HTTPTransferError>) -> SMSResult {
    SMSResult.read(answer, failure: failure) { body in
      let header = body["header"]
      guard header?["isSuccessful"] == .bool(true) else {
        return .noAnswer(NHNErrors.failure(code: SMSAnswer.word(header?["resultCode"])))
      }
      guard let data = body["body"]?["data"], data != .null, data.elements?.isEmpty != true else { return .notFound }
      let message = data.elements?.first ?? data
      guard let status = SMSAnswer.word(message["msgStatus"]) else { return .noAnswer(SMSAnswer.unreadable) }
      return judge(status, SMSAnswer.word(message["resultCode"]))
    }
  }

  private static func failure(_ response: HTTPResponse, _ body: JSONValue?) -> SendFailure {
    SMSAnswer.failure(response, word: SMSAnswer.word(body?["header"]?["resultCode"]))
  }

  /// 0 failed, 1 asked for, 2 under way, 3 with a result (1000 is received), 4 cancelled, 5 dropped as a repetition.
  private static func judge(_ status: String, _ code: String?) -> SMSResult {
    switch status {
    case "1", "2": .pending
    case "3" where code == nil: .noAnswer(SMSAnswer.unreadable)
    case "3" where code == "1000": .delivered
    case "0", "3", "4", "5": .failed(code: code ?? "STATUS_\(status)")
    default: .noAnswer(SMSAnswer.unreadable)
    }
  }
}
