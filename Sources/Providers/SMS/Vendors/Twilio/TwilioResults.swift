import Foundation
import HTTPTransfer
import NotificationModel
import Worker

/// What Twilio says of a message later.
struct TwilioResults: SMSResultSource {
  let settings: TwilioSettings

  func asks(for ids: [String]) -> [SMSAsk] {
    ids.filter(SMSKey.isPathPart).map { id in
      let user = Data("\(settings.user):\(settings.secret)".utf8).base64EncodedString()
      let url = "\(settings.host)/2010-04-01/Accounts/\(settings.accountSID)/Messages/\(id).json"
      return SMSAsk(
        ids: [id],
        request: { _, _ in HTTPRequest(method: "GET", url: url, headers: [("authorization", "Basic \(user)")]) },
        judge: { SMSAskEnd([id], Self.judge($0)) })
    }
  }

  static func judge(_ answer: Result<HTTPResponse, HTTPTransferError>) -> SMSResult {
    SMSResult.read(answer, failure: TwilioErrors.failure) { body in
      switch body["status"]?.string {
      // Sent is with the carrier; not every carrier says more.
      case "accepted", "scheduled", "queued", "sending", "sent": .pending
      case "delivered", "read": .delivered
      case "undelivered", "failed", "canceled":
        .failed(code: SMSAnswer.word(body["error_code"]) ?? body["status"]?.string ?? "failed")
      default: .noAnswer(SMSAnswer.unreadable)
      }
    }
  }
}
