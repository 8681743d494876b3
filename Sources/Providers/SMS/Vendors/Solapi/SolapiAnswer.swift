import NotificationModel
import Worker

/// What Solapi told of each message of a call: those that it did not take in one list, those that it took in another,
/// and how many of both.
struct SolapiAnswer {
  static let deliveryID = "deliveryID"
  private let korean: KoreanSMSSettings
  private var results: [String: SendResult] = [:]
  /// By number, where a message came back without our id.
  private var failedNumbers: [String: SendFailure] = [:]
  private var groupID: String?
  private var taken: Int?
  private var isFailedListThere = false

  init(_ body: JSONValue?, _ korean: KoreanSMSSettings) {
    self.korean = korean
    let group = body?["groupInfo"]
    groupID = SMSAnswer.id(group?["groupId"]) ?? SMSAnswer.id(group?["_id"])
    taken = group?["count"]?["registeredSuccess"]?.whole
    isFailedListThere = body?["failedMessageList"]?.elements != nil
    for message in body?["messageList"]?.elements ?? [] { add(message) }
    for message in body?["failedMessageList"]?.elements ?? [] { addFailed(message) }
  }

  func reports(for requests: [SendRequest]) -> [SendReport] {
    let told = requests.map(result)
    let untold = told.count { $0 == nil }
    // Solapi counts what it took: where just so many are left, they are those.
    let sent = told.count { if case .sent? = $0 { true } else { false } }
    let isComplete = isFailedListThere && taken == untold + sent
    return zip(requests, told).map { request, result in
      SendReport(tag: request.tag, result ?? (isComplete ? .sent(providerID: groupID) : .failed(SMSAnswer.unreadable)))
    }
  }

  private func result(_ request: SendRequest) -> SendResult? {
    if let result = results[request.delivery.id] { return result }
    return (try? korean.number(of: request)).flatMap { failedNumbers[$0] }.map { .failed($0) }
  }

  private mutating func add(_ message: JSONValue) {
    guard let id = message["customFields"]?[Self.deliveryID]?.string, let code = SMSAnswer.word(message["statusCode"])
    else { return }
    results[id] =
      SolapiErrors.isTaken(code)
      ? .sent(providerID: SMSAnswer.id(message["messageId"]) ?? groupID) : .failed(SolapiErrors.failure(code: code))
  }

  private mutating func addFailed(_ message: JSONValue) {
    let failure = SolapiErrors.failure(code: SMSAnswer.word(message["statusCode"]))
    if let id = message["customFields"]?[Self.deliveryID]?.string {
      results[id] = .failed(failure)
    } else if let number = message["to"]?.string {
      failedNumbers[number] = failure
    }
  }
}
