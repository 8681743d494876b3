public import HTTPTransfer
public import NotificationModel
public import Worker

/// Solapi by `send-many/detail`, which tells of each message. Deliveries are told apart by their id in `customFields`,
/// which Solapi gives back.
public struct SolapiVendor: SMSVendor {
  public let name = "solapi"
  public var batch: Int { min(max(1, settings.batch), 10_000) }
  private let settings: SolapiSettings

  public init(_ settings: SolapiSettings) { self.settings = settings }

  public var results: (any SMSResultSource)? { SolapiResults(settings: settings) }

  /// Each message has its own type, so long and short ones go together; Solapi is not told of advertising.
  public func group(of request: SendRequest) throws(SendFailure) -> SMSGroup {
    _ = try settings.korean.group(of: request)
    return SMSGroup(isLong: false, isAdvertising: false)
  }

  private struct Body: Encodable {
    let messages: [Message]
    /// One number twice in a call is a mistake of ours.
    let allowDuplicates = false
    let showMessageList = true
  }

  private struct Message: Encodable {
    let to: String
    let from: String
    let text: String
    let type: String
    let subject: String?
    let country = "82"
    let autoTypeDetect = false
    let customFields: [String: String]
  }

  public func request(for requests: [SendRequest], now: UnixTime, nonce: String) -> HTTPRequest {
    let authorization = SolapiSignature.header(
      apiKey: settings.apiKey, apiSecret: settings.apiSecret, date: SolapiSignature.date(now), salt: nonce)
    return HTTPRequest(
      url: settings.host + "/messages/v4/send-many/detail",
      headers: [("authorization", authorization), ("content-type", "application/json; charset=utf-8")],
      body: SMSBody.json(Body(messages: requests.compactMap(message))))
  }

  private func message(_ request: SendRequest) -> Message? {
    guard let number = try? settings.korean.number(of: request), let text = try? SMSText.text(of: request.delivery),
      let length = try? SMSLength.korean(text, settings.korean.codePage)
    else { return nil }
    return Message(
      to: number, from: settings.korean.sender, text: text, type: length.isLong ? "LMS" : "SMS",
      subject: length.isLong ? settings.korean.title : nil,
      customFields: [SolapiAnswer.deliveryID: request.delivery.id])
  }

  public func judge(
    _ answer: Result<HTTPResponse, HTTPTransferError>, for requests: [SendRequest]
  ) -> [SendReport] {
    switch answer {
    case .failure(let error): SMSAnswer.all(requests, TransferFailure.meaning(of: error))
    case .success(let response) where (200..<300).contains(response.status):
      SolapiAnswer(SMSAnswer.body(response), settings.korean).reports(for: requests)
    case .success(let response):
      SMSAnswer.all(requests, SolapiErrors.failure(response, SMSAnswer.body(response)))
    }
  }
}
