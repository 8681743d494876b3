public import HTTPTransfer
public import NotificationModel

/// What SENS says of a message later. What it gives when it takes a call is the call's `requestId`; the messages of it
/// are listed first, and each is then asked for by its `messageId`.
public struct SENSResults: SMSResultSource {
  private let settings: SENSSettings

  public init(_ settings: SENSSettings) { self.settings = settings }

  /// One call lists all messages of one that sent, and each is then asked for by its own id.
  public func asks(for ids: [String]) -> [SMSAsk] {
    let byCall = Dictionary(grouping: ids.compactMap(SENSMark.init)) { $0.requestID }
    return byCall.sorted { $0.key < $1.key }.compactMap { requestID, marks in
      guard SMSKey.isPathPart(requestID) else { return nil }
      let ids = marks.map(\.id)
      return SMSAsk(
        ids: ids,
        request: { now, _ in list(of: requestID, now: now) },
        judge: { answer in
          guard let found = judge(messagesIn: answer) else { return SMSAskEnd(ids, unanswered(answer)) }
          return follow(marks, found)
        })
    }
  }

  private func follow(_ marks: [SENSMark], _ found: [String: String]) -> SMSAskEnd {
    let messages = Dictionary(
      found.map { (SENSMark.text($0.key, key: settings.secretKey), $0.value) }
    ) { first, _ in first }
    var end = SMSAskEnd()
    for mark in marks {
      guard let message = messages[mark.number], SMSKey.isPathPart(message) else {
        // The list may be a page of several, so that one which is not on it may be on another.
        end.results[mark.id] = .pending
        continue
      }
      end.further.append(
        SMSAsk(
          ids: [mark.id], request: { now, _ in one(message, now: now) },
          judge: { SMSAskEnd([mark.id], judge(resultIn: $0)) }))
    }
    return end
  }

  private func unanswered(_ answer: Result<HTTPResponse, HTTPTransferError>) -> SMSResult {
    SMSResult.read(answer, failure: SENSErrors.failure) { _ in .noAnswer(SMSAnswer.unreadable) }
  }

  private func one(_ message: String, now: UnixTime) -> HTTPRequest { get(settings.path + "/" + message, now: now) }

  private func list(of requestID: String, now: UnixTime) -> HTTPRequest {
    get(settings.path + "?requestId=" + SMSBody.percent(requestID), now: now)
  }

  public func request(forResultOf id: String, now: UnixTime) -> HTTPRequest? {
    SMSKey.isPathPart(id) ? one(id, now: now) : nil
  }

  /// - Parameter requestID: as the call's answer named it.
  public func request(forMessagesOf requestID: String, now: UnixTime) -> HTTPRequest? {
    SMSKey.isPathPart(requestID) ? list(of: requestID, now: now) : nil
  }

  /// - Returns: `messageId` by the number that it went to, as it is dialled in Korea; nil: no answer of use.
  public func judge(messagesIn answer: Result<HTTPResponse, HTTPTransferError>) -> [String: String]? {
    guard case .success(let response) = answer, response.status == 200 || response.status == 202,
      let messages = SMSAnswer.body(response)?["messages"]?.elements
    else { return nil }
    var ids: [String: String] = [:]
    for message in messages {
      if let number = message["to"]?.string, let id = SMSAnswer.id(message["messageId"]) { ids[number] = id }
    }
    return ids
  }

  public func judge(resultIn answer: Result<HTTPResponse, HTTPTransferError>) -> SMSResult {
    let response: HTTPResponse
    switch answer {
    case .failure(let error): return .noAnswer(TransferFailure.meaning(of: error))
    case .success(let success): response = success
    }
    let body = SMSAnswer.body(response)
    if response.status == 404 { return .notFound }
    guard (200..<300).contains(response.status) else { return .noAnswer(SENSErrors.failure(response, body)) }
    guard let messages = body?["messages"]?.elements else { return .noAnswer(SMSAnswer.unreadable) }
    guard let message = messages.first else { return .notFound }
    switch message["status"]?.string {
    case "READY", "PROCESSING": return .pending
    case "COMPLETED": return completed(message)
    default: return .noAnswer(SMSAnswer.unreadable)
    }
  }

  private func completed(_ message: JSONValue) -> SMSResult {
    guard let code = SMSAnswer.word(message["statusCode"]) else { return .noAnswer(SMSAnswer.unreadable) }
    return code == "0" ? .delivered : .failed(code: code)
  }

  private func get(_ path: String, now: UnixTime) -> HTTPRequest {
    HTTPRequest(
      method: "GET", url: settings.host + path, headers: SENSSignature.headers("GET", path, settings, now: now))
  }
}
