import HTTPTransfer
import NotificationModel
import Worker

@testable import Providers

/// A vendor that groups by the category and takes or refuses as its answer's status says.
struct StubVendor: SMSVendor {
  var name = "stub"
  var batch = 100
  var countries = ["+"]
  var host = "http://127.0.0.1:1"
  var sharesText = false

  func group(of request: SendRequest) throws(SendFailure) -> SMSGroup {
    let number = try SMSText.number(of: request.delivery)
    guard countries.contains(where: { number.hasPrefix($0) }) else {
      throw SendFailure(.permanent, code: "NUMBER_NOT_SERVED")
    }
    let text = try SMSText.text(of: request.delivery)
    guard text.utf8.count < 1_000 else { throw SendFailure(.permanent, code: "TEXT_TOO_LONG") }
    return SMSGroup(
      isLong: false, isAdvertising: request.delivery.category == "event", text: sharesText ? text : nil)
  }

  func request(for requests: [SendRequest], now: UnixTime, nonce: String) -> HTTPRequest {
    HTTPRequest(url: "\(host)/\(name)", body: Array(requests.map { "\($0.tag)" }.joined(separator: ",").utf8))
  }

  func judge(_ answer: Result<HTTPResponse, HTTPTransferError>, for requests: [SendRequest]) -> [SendReport] {
    switch answer {
    case .failure(let error): SMSAnswer.all(requests, TransferFailure.meaning(of: error))
    case .success(let response) where response.status == 200:
      requests.map { SendReport(tag: $0.tag, .sent(providerID: name)) }
    case .success(let response): SMSAnswer.all(requests, SMSAnswer.failure(response, word: nil))
    }
  }
}
