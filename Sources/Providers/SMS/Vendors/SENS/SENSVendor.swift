public import HTTPTransfer
public import NotificationModel
public import Worker

/// Naver Cloud's SENS, SMS API version 2. Its answer tells of a call as a whole; what became of each recipient is asked
/// for later (`SENSResults`).
public struct SENSVendor: SMSVendor {
  public let name = "sens"
  public let batch = 100
  private let settings: SENSSettings

  public init(_ settings: SENSSettings) { self.settings = settings }

  public func group(of request: SendRequest) throws(SendFailure) -> SMSGroup {
    try settings.korean.group(of: request)
  }

  private struct Body: Encodable {
    let type: String
    let contentType: String
    let countryCode = "82"
    let from: String
    let subject: String?
    /// Needed, though each message has its own.
    let content: String
    let messages: [Message]
  }

  private struct Message: Encodable {
    let to: String
    let content: String
  }

  public func request(for requests: [SendRequest], now: UnixTime, nonce: String) -> HTTPRequest {
    let group = requests.first.flatMap { try? self.group(of: $0) } ?? SMSGroup(isLong: false, isAdvertising: false)
    let messages = requests.compactMap { request -> Message? in
      guard let number = try? settings.korean.number(of: request), let text = try? SMSText.text(of: request.delivery)
      else { return nil }
      return Message(to: number, content: text)
    }
    let body = Body(
      type: group.isLong ? "LMS" : "SMS", contentType: group.isAdvertising ? "AD" : "COMM",
      from: settings.korean.sender, subject: group.isLong ? settings.korean.title : nil,
      content: messages.first?.content ?? "", messages: messages)
    return HTTPRequest(
      url: settings.host + settings.path,
      headers: [("content-type", "application/json; charset=utf-8")]
        + SENSSignature.headers("POST", settings.path, settings, now: now),
      body: SMSBody.json(body))
  }

  public func judge(
    _ answer: Result<HTTPResponse, HTTPTransferError>, for requests: [SendRequest]
  ) -> [SendReport] {
    switch answer {
    case .failure(let error): SMSAnswer.all(requests, TransferFailure.meaning(of: error))
    case .success(let response): judge(response, for: requests)
    }
  }

  public var results: (any SMSResultSource)? { SENSResults(settings) }

  private func mark(_ requestID: String?, of request: SendRequest) -> String? {
    guard let requestID, let number = try? settings.korean.number(of: request) else { return requestID }
    return SENSMark(requestID: requestID, number: number, key: settings.secretKey).id
  }

  private func judge(_ response: HTTPResponse, for requests: [SendRequest]) -> [SendReport] {
    let body = SMSAnswer.body(response)
    guard (200..<300).contains(response.status) else {
      return SMSAnswer.all(requests, SENSErrors.failure(response, body))
    }
    // The call as a whole was taken, by a status of its own inside the answer.
    guard let status = body?["statusCode"]?.whole else { return SMSAnswer.all(requests, SMSAnswer.unreadable) }
    guard (200..<300).contains(status) else {
      let failure = SendFailure(SMSAnswer.effect(status), code: SMSAnswer.word(body?["statusCode"]) ?? "REFUSED")
      return SMSAnswer.all(requests, failure)
    }
    let id = SMSAnswer.id(body?["requestId"])
    return requests.map { SendReport(tag: $0.tag, .sent(providerID: mark(id, of: $0))) }
  }
}
