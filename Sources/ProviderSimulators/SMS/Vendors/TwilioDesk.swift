import Foundation
import NotificationModel

/// Twilio's Messages resource: one message a call.
struct TwilioDesk: SMSDesk {
  private static let path = "/2010-04-01/Accounts/\(SMSSimulator.accountSID)/Messages"
  private static let textMax = 1_600

  func take(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response {
    let user = Data("\(SMSSimulator.accountSID):\(SMSSimulator.secret)".utf8).base64EncodedString()
    guard request["authorization"] == "Basic \(user)" else { throw SMSRefusal(401, "20003", "Authenticate") }
    if request.method == "POST", request.path == Self.path + ".json" { return try send(request, &book) }
    guard request.method == "GET", request.path.hasPrefix(Self.path + "/"), request.path.hasSuffix(".json"),
      let message = book.found(String(request.path.dropFirst(Self.path.utf8.count + 1).dropLast(5)))
    else { throw SMSRefusal(404, "20404", "The requested resource was not found") }
    switch book.report(of: message) {
    case .pending: return Self.answer(200, message, "sent", nil)
    case .delivered: return Self.answer(200, message, "delivered", nil)
    case .failed(let code): return Self.answer(200, message, "undelivered", code)
    }
  }

  private func send(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response {
    let form = Self.form(request.body)
    guard request["content-type"] == "application/x-www-form-urlencoded", let to = form["To"] else {
      throw SMSRefusal(400, "21604", "A 'To' phone number is required.")
    }
    guard let sender = form["MessagingServiceSid"] ?? form["From"] else {
      throw SMSRefusal(400, "21603", "A 'From' phone number is required.")
    }
    guard Self.isE164(to) else { throw SMSRefusal(400, "21211", "Invalid 'To' Phone Number") }
    guard book.senders.contains(sender) else {
      throw SMSRefusal(400, "21606", "The 'From' phone number is not a valid, SMS-capable one of the account.")
    }
    guard let text = form["Body"], !text.isEmpty else { throw SMSRefusal(400, "21602", "Message body is required.") }
    guard text.utf16.count <= Self.textMax else {
      throw SMSRefusal(400, "21617", "The concatenated message body exceeds the 1600 character limit")
    }
    if let code = book.refusal(of: to) { throw SMSRefusal(400, code, "Refused.") }
    let id = "SM" + DeliveryTally.hash(book.requestID).filter { $0 != "-" }
    let message = book.enter(SMSDraft(sender: sender, number: to, text: text, isLong: text.utf16.count > 70), id: id)
    return Self.answer(201, message, "queued", nil)
  }

  private static func answer(_ status: Int, _ message: SMSMessage, _ state: String, _ code: String?) -> HTTP2Response {
    .json(
      status: status,
      [
        "sid": .text(message.id), "status": .text(state), "to": .text(message.number), "from": .text(message.sender),
        "body": .text(message.text), "error_code": code.map { .number($0) } ?? .null,
        "account_sid": .text(SMSSimulator.accountSID), "direction": "outbound-api",
      ])
  }

  private static func isE164(_ number: String) -> Bool {
    number.hasPrefix("+") && (8...16).contains(number.utf8.count)
      && number.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func form(_ body: [UInt8]) -> [String: String] {
    let pairs = String(decoding: body, as: UTF8.self).split(separator: "&").map { pair in
      pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
        part.replacing("+", with: " ").removingPercentEncoding ?? ""
      }
    }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
  }

  func response(of refusal: SMSRefusal) -> HTTP2Response {
    .json(
      status: refusal.status,
      [
        "code": .number(Int(refusal.code).map(String.init) ?? "20500"), "message": .text(refusal.message),
        "status": .number("\(refusal.status)"),
        "more_info": .text("https://www.twilio.com/docs/errors/\(refusal.code)"),
      ])
  }
}
