import Foundation
public import HTTPTransfer
public import NotificationModel
public import Worker

/// Twilio's Messages resource: one call for one message.
public struct TwilioVendor: SMSVendor {
  public let name = "twilio"
  public let batch = 1
  private let settings: TwilioSettings

  public init(_ settings: TwilioSettings) { self.settings = settings }

  public var results: (any SMSResultSource)? { TwilioResults(settings: settings) }

  public func group(of request: SendRequest) throws(SendFailure) -> SMSGroup {
    let number = try SMSText.number(of: request.delivery)
    if let countries = settings.countries, !countries.contains(where: { number.hasPrefix($0) }) {
      throw SendFailure(.permanent, code: "NUMBER_NOT_SERVED")
    }
    let segments = try SMSLength.segments(try SMSText.text(of: request.delivery))
    guard segments.count <= settings.segments else { throw SendFailure(.permanent, code: "TEXT_TOO_LONG") }
    return SMSGroup(isLong: segments.count > 1, isAdvertising: false)
  }

  public func request(for requests: [SendRequest], now: UnixTime, nonce: String) -> HTTPRequest {
    var members: [(name: String, value: String)] = []
    if let delivery = requests.first?.delivery, let number = try? SMSText.number(of: delivery),
      let text = try? SMSText.text(of: delivery)
    {
      members = [("To", number), sender, ("Body", text)]
    }
    let user = Data("\(settings.user):\(settings.secret)".utf8).base64EncodedString()
    return HTTPRequest(
      url: "\(settings.host)/2010-04-01/Accounts/\(settings.accountSID)/Messages.json",
      headers: [
        ("authorization", "Basic \(user)"), ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "application/json"),
      ], body: SMSBody.form(members))
  }

  private var sender: (name: String, value: String) {
    switch settings.sender {
    case .number(let text), .name(let text): ("From", text)
    case .service(let text): ("MessagingServiceSid", text)
    }
  }

  public func judge(
    _ answer: Result<HTTPResponse, HTTPTransferError>, for requests: [SendRequest]
  ) -> [SendReport] {
    switch answer {
    case .failure(let error): SMSAnswer.all(requests, TransferFailure.meaning(of: error))
    case .success(let response): judge(response, for: requests)
    }
  }

  private func judge(_ response: HTTPResponse, for requests: [SendRequest]) -> [SendReport] {
    let body = SMSAnswer.body(response)
    guard (200..<300).contains(response.status) else {
      return SMSAnswer.all(requests, TwilioErrors.failure(response, body))
    }
    // Created, and yet failed at once.
    if let code = SMSAnswer.word(body?["error_code"]), let status = body?["status"]?.string,
      status == "failed" || status == "undelivered"
    {
      return SMSAnswer.all(requests, SendFailure(TwilioErrors.effect(code) ?? .permanent, code: code))
    }
    guard let id = SMSAnswer.id(body?["sid"]) else { return SMSAnswer.all(requests, SMSAnswer.unreadable) }
    return requests.map { SendReport(tag: $0.tag, .sent(providerID: id)) }
  }
}
