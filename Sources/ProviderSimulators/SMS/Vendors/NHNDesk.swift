import NotificationModel

/// NHN Cloud: one text to many, with a result for each. Errors of the service come with status 200.
struct NHNDesk: SMSDesk {
  private static let start = "/sms/v3.0/appKeys/"
  private static let recipientsMax = 1_000

  func take(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response {
    let target = request.path.split(separator: "?", maxSplits: 1).map(String.init)
    let parts = (target.first ?? "").dropFirst(Self.start.utf8.count).split(separator: "/").map(String.init)
    guard request.path.hasPrefix(Self.start), parts.count >= 3, parts[1] == "sender" else {
      throw SMSRefusal(200, "-9998", "API does not exist.")
    }
    guard parts[0] == SMSSimulator.appKey else { throw SMSRefusal(200, "-1000", "Invalid appKey.") }
    guard request["x-secret-key"] == SMSSimulator.secret else { throw SMSRefusal(200, "-1007", "Invalid secret key.") }
    switch (request.method, parts.count, parts[2]) {
    case ("POST", 3, "sms"), ("POST", 3, "mms"), ("POST", 3, "ad-sms"), ("POST", 3, "ad-mms"):
      return try send(request, parts[2], &book)
    case ("GET", 4, "sms"), ("GET", 4, "mms"): return result(parts[3], target.last ?? "", book)
    default: throw SMSRefusal(200, "-9998", "API does not exist.")
    }
  }

  private func send(_ request: HTTP2Request, _ kind: String, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response
  {
    guard let body = JSONValue.reading(request.body)?.members, let text = body.text("body"), !text.isEmpty,
      let recipients = body["recipientList"]?.items, (1...Self.recipientsMax).contains(recipients.count)
    else { throw SMSRefusal(200, "-9996", "A body and 1 to 1,000 recipients are needed.") }
    guard let sender = body.text("sendNo"), book.senders.contains(sender) else {
      throw SMSRefusal(200, "-2312", "Not registered sendNo.")
    }
    let isLong = kind.hasSuffix("mms")
    guard !isLong || (1...40).contains(CarrierText.bytes(body.text("title") ?? "")?.count ?? .max),
      text.unicodeScalars.count <= (isLong ? 4_000 : 255)
    else { throw SMSRefusal(200, "-9996", "Title or body has a length that is not taken.") }
    let limit = isLong ? CarrierText.longBytes : CarrierText.shortBytes
    let isCarried = CarrierText.bytes(text).map { $0.count <= limit } ?? false
    for (index, recipient) in recipients.enumerated() {
      let number = recipient.members.text("recipientNo") ?? ""
      var draft = SMSDraft(
        sender: sender, number: number, text: text, isLong: isLong, isAdvertising: kind.hasPrefix("ad-"),
        deliveryID: recipient.members.text("recipientGroupingKey"))
      draft.refusal = book.refusal(of: number) ?? (CarrierText.isNumber(number) ? nil : "-2019")
      // It is told by the message's result; the call is taken.
      if !isCarried { book.state.reports[number] = .failed(code: "3023") }
      book.enter(draft, id: "\(book.requestID):\(index + 1)")
    }
    return answer(recipients, book)
  }

  private func answer(_ recipients: [JSONValue], _ book: SMSBook) -> HTTP2Response {
    let results = zip(recipients, book.messages).enumerated().map { index, pair -> JSONValue in
      var item: [String: JSONValue] = [
        "recipientNo": .text(pair.1.number), "resultCode": .number(pair.1.refusal ?? "0"),
        "resultMessage": pair.1.isAccepted ? "SUCCESS" : "FAIL", "recipientSeq": .number("\(index + 1)"),
      ]
      item["recipientGroupingKey"] = pair.0.members["recipientGroupingKey"]
      return .object(item)
    }
    return .json(
      status: 200,
      [
        "header": Self.header(code: "0", message: "SUCCESS"),
        "body": ["data": ["requestId": .text(book.requestID), "statusCode": "2", "sendResultList": .list(results)]],
      ])
  }

  private func result(_ requestID: String, _ query: String, _ book: SMSBook) -> HTTP2Response {
    let sequence = query.split(separator: "&").first { $0.hasPrefix("recipientSeq=") }?.dropFirst(13) ?? "1"
    guard let message = book.found("\(requestID):\(sequence)") else {
      return .json(status: 200, ["header": Self.header(code: "0", message: "SUCCESS"), "body": ["data": .null]])
    }
    // 1 asked for, 2 under way, 3 with a result.
    var data: [String: JSONValue] = [
      "requestId": .text(requestID), "recipientSeq": .number(String(sequence)), "recipientNo": .text(message.number),
    ]
    switch book.report(of: message) {
    case .pending: data["msgStatus"] = "2"
    case .delivered: data.merge(["msgStatus": "3", "resultCode": "1000"]) { $1 }
    case .failed(let code): data.merge(["msgStatus": "3", "resultCode": .text(code)]) { $1 }
    }
    return .json(status: 200, ["header": Self.header(code: "0", message: "SUCCESS"), "body": ["data": .object(data)]])
  }

  private static func header(code: String, message: String) -> JSONValue {
    ["isSuccessful": .bool(code == "0"), "resultCode": .number(code), "resultMessage": .text(message)]
  }

  func response(of refusal: SMSRefusal) -> HTTP2Response {
    let code = Int(refusal.code).map(String.init) ?? "-9999"
    return .json(status: refusal.status, ["header": Self.header(code: code, message: refusal.message), "body": .null])
  }
}
