public import HTTPTransfer
public import NotificationModel
public import Worker

/// NHN Cloud. One call carries one text to many; deliveries are told apart by their id as `recipientGroupingKey`, which
/// comes back.
public struct NHNVendor: SMSVendor {
  public let name = "nhn"
  public let batch = 1_000
  private let settings: NHNSettings

  public init(_ settings: NHNSettings) { self.settings = settings }

  public func group(of request: SendRequest) throws(SendFailure) -> SMSGroup {
    var group = try settings.korean.group(of: request)
    group.text = try SMSText.text(of: request.delivery)
    return group
  }

  public var results: (any SMSResultSource)? { NHNResults(settings: settings) }

  private struct Body: Encodable {
    let title: String?
    let body: String
    let sendNo: String
    let recipientList: [Recipient]
  }

  private struct Recipient: Encodable {
    let recipientNo: String
    let countryCode = "82"
    let recipientGroupingKey: String
  }

  public func request(for requests: [SendRequest], now: UnixTime, nonce: String) -> HTTPRequest {
    let group = requests.first.flatMap { try? self.group(of: $0) } ?? SMSGroup(isLong: false, isAdvertising: false)
    let recipients = requests.compactMap { request in
      (try? settings.korean.number(of: request)).map {
        Recipient(recipientNo: $0, recipientGroupingKey: request.delivery.id)
      }
    }
    let body = Body(
      title: group.isLong ? settings.korean.title : nil, body: group.text ?? "", sendNo: settings.korean.sender,
      recipientList: recipients)
    return HTTPRequest(
      url: settings.host + path(group),
      headers: [("x-secret-key", settings.secretKey), ("content-type", "application/json; charset=utf-8")],
      body: SMSBody.json(body))
  }

  /// LMS goes by the path of MMS, without a file.
  private func path(_ group: SMSGroup) -> String {
    "/sms/v3.0/appKeys/\(settings.appKey)/sender/" + (group.isAdvertising ? "ad-" : "") + (group.isLong ? "mms" : "sms")
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
    let header = body?["header"]
    guard (200..<300).contains(response.status) else {
      let word = SMSAnswer.word(header?["resultCode"])
      return SMSAnswer.all(
        requests, SMSAnswer.failure(response, word: word, effect: word.flatMap { NHNErrors.table[$0] }))
    }
    // The call as a whole; some recipients may have been refused where it succeeded.
    guard let isSuccessful = header?["isSuccessful"] else { return SMSAnswer.all(requests, SMSAnswer.unreadable) }
    let data = body?["body"]?["data"]
    let results = data?["sendResultList"]?.elements ?? []
    guard isSuccessful == .bool(true) || !results.isEmpty else {
      return SMSAnswer.all(requests, NHNErrors.failure(code: SMSAnswer.word(header?["resultCode"])))
    }
    return reports(results, requestID: SMSAnswer.id(data?["requestId"]), for: requests)
  }

  private func reports(_ results: [JSONValue], requestID: String?, for requests: [SendRequest]) -> [SendReport] {
    var told: [String: SendResult] = [:]
    for result in results {
      guard let id = result["recipientGroupingKey"]?.string, let code = result["resultCode"]?.whole else { continue }
      let sequence = result["recipientSeq"]?.whole
      let providerID = requestID.map { id in sequence.map { "\(id):\($0)" } ?? id }
      told[id] =
        code == 0 ? .sent(providerID: providerID) : .failed(NHNErrors.failure(code: SMSAnswer.word(.number("\(code)"))))
    }
    return requests.map { SendReport(tag: $0.tag, told[$0.delivery.id] ?? .failed(SMSAnswer.unreadable)) }
  }
}
