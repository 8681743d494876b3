import Foundation
import NotificationModel
import Signing

/// Naver Cloud's SENS. What is too long is cut, and what no carrier can write fails later, as its page says.
struct SENSDesk: SMSDesk {
  private static let path = "/sms/v2/services/\(SMSSimulator.serviceID)/messages"
  /// The gateway's.
  private static let clockSkew: Int64 = 300_000

  func take(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response {
    guard request.path.hasPrefix(Self.path) else { throw SMSRefusal(404, "300", "Not Found Exception") }
    try admit(request, book.now)
    let rest = request.path.dropFirst(Self.path.utf8.count)
    switch (request.method, rest.first) {
    case ("POST", nil): return try send(request, &book)
    case ("GET", "?") where rest.hasPrefix("?requestId="): return try list(String(rest.dropFirst(11)), book)
    case ("GET", "/"): return try result(String(rest.dropFirst()), book)
    default: throw SMSRefusal(404, "300", "Not Found Exception")
    }
  }

  private func admit(_ request: HTTP2Request, _ now: Int64) throws(SMSRefusal) {
    let refusal = SMSRefusal(401, "200", "Authentication Failed")
    guard let timestamp = request["x-ncp-apigw-timestamp"], let time = Int64(timestamp),
      (now - Self.clockSkew...now + Self.clockSkew).contains(time),
      request["x-ncp-iam-access-key"] == SMSSimulator.accessKey, let given = request["x-ncp-apigw-signature-v2"]
    else { throw refusal }
    let message = "\(request.method) \(request.path)\n\(timestamp)\n\(SMSSimulator.accessKey)"
    let code = HMACSHA256.code(Array(message.utf8), key: Array(SMSSimulator.secret.utf8))
    guard given == Data(code).base64EncodedString() else { throw refusal }
  }

  private func send(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response {
    guard request["content-type"]?.lowercased().hasPrefix("application/json") == true,
      let body = JSONValue.reading(request.body)?.members
    else { throw Self.badRequest("a body of JSON is needed") }
    guard let type = body.text("type"), ["SMS", "LMS"].contains(type), let content = body.text("content"),
      let sender = body.text("from"), let messages = body["messages"]?.items, (1...100).contains(messages.count)
    else { throw Self.badRequest("type, from, content and 1 to 100 messages are needed") }
    guard book.senders.contains(sender) else { throw Self.badRequest("the sender is not registered") }
    let advertising = body.text("contentType") ?? "COMM"
    guard ["COMM", "AD"].contains(advertising) else { throw Self.badRequest("contentType is COMM or AD") }
    if let subject = body.text("subject"), CarrierText.bytes(subject)?.count ?? .max > CarrierText.titleBytes {
      throw Self.badRequest("the subject is too long")
    }
    let limit = type == "LMS" ? CarrierText.longBytes : CarrierText.shortBytes
    var drafts: [SMSDraft] = []
    for message in messages {
      let text = message.members.text("content") ?? content
      guard let number = message.members.text("to"), CarrierText.isNumber(number), !text.isEmpty else {
        throw Self.badRequest("a message lacks a number or a text")
      }
      drafts.append(
        SMSDraft(
          sender: sender, number: number, text: CarrierText.cut(text, to: limit), isLong: type == "LMS",
          isAdvertising: advertising == "AD"))
    }
    for (index, draft) in drafts.enumerated() { book.enter(draft, id: "\(book.requestID)-\(index)") }
    return .json(status: 202, Self.head(202, book.requestID, book.now, [:]))
  }

  private func list(_ requestID: String, _ book: SMSBook) throws(SMSRefusal) -> HTTP2Response {
    guard let messages = book.state.byRequest[requestID] else { throw Self.notFound }
    let items = messages.map { message in
      JSONValue.object(["messageId": .text(message.id), "to": .text(message.number)])
    }
    return .json(status: 202, Self.head(202, requestID, book.now, ["messages": .list(items)]))
  }

  private func result(_ id: String, _ book: SMSBook) throws(SMSRefusal) -> HTTP2Response {
    guard let message = book.found(id) else { throw Self.notFound }
    var item: [String: JSONValue] = [
      "messageId": .text(id), "from": .text(message.sender), "to": .text(message.number), "telcoCode": "SKT",
      "contentType": message.isAdvertising ? "AD" : "COMM", "content": .text(message.text),
    ]
    var report = book.report(of: message)
    if let code = book.refusal(of: message.number) { report = .failed(code: code) }
    if CarrierText.bytes(message.text) == nil { report = .failed(code: "3023") }
    switch report {
    case .pending: item["status"] = "PROCESSING"
    case .delivered: item.merge(["status": "COMPLETED", "statusCode": "0", "statusName": "success"]) { _, new in new }
    case .failed(let code):
      item.merge(["status": "COMPLETED", "statusCode": .text(code), "statusName": "fail"]) { _, new in new }
    }
    return .json(status: 200, Self.head(200, message.requestID, book.now, ["messages": .list([.object(item)])]))
  }

  private static func head(_ status: Int, _ id: String, _ now: Int64, _ more: [String: JSONValue]) -> JSONValue {
    .object(
      [
        "requestId": .text(id), "requestTime": .text(UnixTime(milliseconds: now).iso8601),
        "statusCode": .text("\(status)"),
        "statusName": "success",
      ].merging(more) { $1 })
  }

  private static let notFound = SMSRefusal(404, "", "the message is not known")
  /// SENS' own errors come with a status alone.
  private static func badRequest(_ message: String) -> SMSRefusal { SMSRefusal(400, "BAD_REQUEST", message) }

  func response(of refusal: SMSRefusal) -> HTTP2Response {
    guard Int(refusal.code) != nil else {
      return .json(
        status: refusal.status, ["status": .number("\(refusal.status)"), "errorMessage": .text(refusal.message)])
    }
    return .json(
      status: refusal.status, ["error": ["errorCode": .text(refusal.code), "message": .text(refusal.message)]])
  }
}

extension UnixTime {
  /// In UTC, with milliseconds.
  var iso8601: String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(
      Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
