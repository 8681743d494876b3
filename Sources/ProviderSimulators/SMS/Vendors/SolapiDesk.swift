import Foundation
import NotificationModel
import Signing

/// Solapi by `send-many/detail`: it tells of each message, and takes each signature once.
struct SolapiDesk: SMSDesk {
  private static let (sendPath, listPath) = ("/messages/v4/send-many/detail", "/messages/v4/list")
  private static let (clockSkew, signaturesMax): (Int64, Int) = (900_000, 100_000)

  func take(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response {
    try admit(request, &book)
    switch (request.method, request.path) {
    case ("POST", Self.sendPath): return try send(request, &book)
    case ("GET", let path) where path.hasPrefix(Self.listPath + "?messageId="):
      return list(String(path.dropFirst(Self.listPath.utf8.count + 11)), book)
    default: throw SMSRefusal(404, "NotFound", "no such resource")
    }
  }

  private func admit(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) {
    let given = Self.fields(request["authorization"] ?? "")
    guard let key = given["apiKey"], let date = given["date"], let salt = given["salt"],
      let signature = given["signature"], (12...64).contains(salt.utf8.count)
    else { throw SMSRefusal(401, "Unauthorized", "no authorization that can be read") }
    guard key == SMSSimulator.accessKey else { throw SMSRefusal(403, "InvalidAPIKey", "the key is not known") }
    guard let time = Self.time(date), abs(time - book.now) <= Self.clockSkew else {
      throw SMSRefusal(403, "RequestTimeTooSkewed", "the time is too far from ours")
    }
    guard signature == HMACSHA256.hexadecimal(date + salt, key: SMSSimulator.secret) else {
      throw SMSRefusal(403, "SignatureDoesNotMatch", "the signature is another")
    }
    if book.state.signatures.count >= Self.signaturesMax { book.state.signatures = [] }
    guard book.state.signatures.insert(signature).inserted else {
      throw SMSRefusal(403, "DuplicatedSignature", "the signature was used before")
    }
  }

  /// Of `HMAC-SHA256 apiKey=…, date=…, salt=…, signature=…`.
  private static func fields(_ header: String) -> [String: String] {
    guard header.hasPrefix("HMAC-SHA256 ") else { return [:] }
    let pairs = header.dropFirst(12).split(separator: ",").map { part in
      part.drop { $0 == " " }.split(separator: "=", maxSplits: 1).map(String.init)
    }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
  }

  private static func time(_ text: String) -> Int64? {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
    return (try? style.parse(text)).map { Int64(($0.timeIntervalSince1970 * 1_000).rounded()) }
  }

  private func send(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response {
    let body = JSONValue.reading(request.body)?.members ?? [:]
    guard let messages = body["messages"]?.items, (1...10_000).contains(messages.count) else {
      throw SMSRefusal(400, "ValidationError", "1 to 10,000 messages are needed")
    }
    var numbers: Set<String> = []
    for (index, message) in messages.enumerated() {
      var draft = Self.draft(message.members)
      draft.refusal = Self.refusal(message.members, draft, book)
      if body["allowDuplicates"] != .bool(true), !numbers.insert(draft.number).inserted { draft.refusal = "1026" }
      book.enter(draft, id: "M4V\(book.requestID)-\(index)")
    }
    return answer(messages, book)
  }

  private static func draft(_ message: [String: JSONValue]) -> SMSDraft {
    SMSDraft(
      sender: message.text("from") ?? "", number: message.text("to") ?? "", text: message.text("text") ?? "",
      isLong: message.text("type") == "LMS", deliveryID: message["customFields"]?.members.text("deliveryID"))
  }

  /// A number that is none, a sender that is not registered, a type or length that does not fit.
  private static func refusal(_ message: [String: JSONValue], _ draft: SMSDraft, _ book: SMSBook) -> String? {
    if let code = book.refusal(of: draft.number) { return code }
    guard CarrierText.isNumber(draft.number) else { return "1010" }
    guard book.senders.contains(draft.sender) else { return "1062" }
    let limit = draft.isLong ? CarrierText.longBytes : CarrierText.shortBytes
    guard ["SMS", "LMS"].contains(message.text("type") ?? ""), !draft.text.isEmpty,
      CarrierText.bytes(draft.text)?.count ?? .max <= limit,
      CarrierText.bytes(message.text("subject") ?? "")?.count ?? .max <= CarrierText.titleBytes
    else { return "1012" }
    return nil
  }

  private func answer(_ messages: [JSONValue], _ book: SMSBook) -> HTTP2Response {
    var (taken, failed): ([JSONValue], [JSONValue]) = ([], [])
    for (message, entered) in zip(messages, book.messages) {
      var item: [String: JSONValue] = [
        "messageId": .text(entered.id), "to": .text(entered.number), "from": .text(entered.sender),
        "statusCode": .text(entered.refusal ?? "2000"), "type": entered.isLong ? "LMS" : "SMS",
      ]
      item["customFields"] = message.members["customFields"]
      if entered.isAccepted { taken.append(.object(item)) } else { failed.append(.object(item)) }
    }
    let count: JSONValue = [
      "total": .number("\(messages.count)"), "registeredSuccess": .number("\(taken.count)"),
      "registeredFailed": .number("\(failed.count)"),
    ]
    return .json(
      status: 200,
      [
        "groupInfo": ["groupId": .text("G4V\(book.requestID)"), "status": "SENDING", "count": count],
        "messageList": .list(taken), "failedMessageList": .list(failed),
      ])
  }

  private func list(_ id: String, _ book: SMSBook) -> HTTP2Response {
    guard let message = book.found(id) else { return .json(status: 200, ["messageList": [:]]) }
    let code =
      switch book.report(of: message) {
      case .pending: "3000"
      case .delivered: "4000"
      case .failed(let code): code
      }
    return .json(status: 200, ["messageList": .object([id: ["statusCode": .text(code), "to": .text(message.number)]])])
  }

  func response(of refusal: SMSRefusal) -> HTTP2Response {
    .json(status: refusal.status, ["errorCode": .text(refusal.code), "errorMessage": .text(refusal.message)])
  }
}
