import HTTPTransfer
import NotificationModel
import Worker

/// What Solapi says of a message later, by `messages/v4/list`.
struct SolapiResults: SMSResultSource {
  let settings: SolapiSettings

  func asks(for ids: [String]) -> [SMSAsk] {
    ids.filter(SMSKey.isPathPart).map { id in
      SMSAsk(
        ids: [id],
        request: { now, nonce in
          let authorization = SolapiSignature.header(
            apiKey: settings.apiKey, apiSecret: settings.apiSecret, date: SolapiSignature.date(now), salt: nonce)
          return HTTPRequest(
            method: "GET", url: settings.host + "/messages/v4/list?messageId=" + SMSBody.percent(id),
            headers: [("authorization", authorization)])
        }, judge: { SMSAskEnd([id], Self.judge($0, id)) })
    }
  }

  static func judge(_ answer: Result<HTTPResponse, HTTPTransferError>, _ id: String) -> SMSResult {
    SMSResult.read(answer, failure: SolapiErrors.failure) { body in
      guard let list = body["messageList"] else { return .noAnswer(SMSAnswer.unreadable) }
      guard let message = list[id] else { return .notFound }
      guard let code = SMSAnswer.word(message["statusCode"]) else { return .noAnswer(SMSAnswer.unreadable) }
      switch code {
      case "2000", "3000": return .pending
      case "4000": return .delivered
      default: return .failed(code: code)
      }
    }
  }
}
