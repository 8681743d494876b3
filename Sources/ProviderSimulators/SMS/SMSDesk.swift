import NotificationModel

/// One vendor's API: what it takes, and in which form it answers.
protocol SMSDesk: Sendable {
  /// Decides on a call, and enters its messages.
  func take(_ request: HTTP2Request, _ book: inout SMSBook) throws(SMSRefusal) -> HTTP2Response

  func response(of refusal: SMSRefusal) -> HTTP2Response
}

/// Why a call, or one message of it, is not taken.
struct SMSRefusal: Error {
  var status: Int
  /// In the vendor's own word.
  var code: String
  var message: String
  var retryAfter: Int?

  init(_ status: Int, _ code: String, _ message: String, retryAfter: Int? = nil) {
    (self.status, self.code, self.message, self.retryAfter) = (status, code, message, retryAfter)
  }
}

/// A message as a call has it.
struct SMSDraft {
  var sender: String
  var number: String
  var text: String
  var isLong = false
  var isAdvertising = false
  /// Ours, where the vendor has room for it.
  var deliveryID: String?
  var refusal: String?
}

/// What a desk may look up and writes into, for one call.
struct SMSBook {
  let now: Int64
  let connection: Int
  let fault: Misbehaviour?
  let senders: Set<String>
  var state: SMSState
  /// Of this call.
  private(set) var messages: [SMSMessage] = []
  let requestID: String

  init(_ request: HTTP2Request, _ fault: Misbehaviour?, _ state: SMSState, senders: Set<String>, now: Int64) {
    (self.now, self.fault, self.state, self.senders) = (now, fault, state, senders)
    connection = request.connection
    requestID = "\(now)-\(state.calls)"
  }

  /// What messages to that number are answered, if it was said.
  func refusal(of number: String) -> String? { state.refusals[number] }

  @discardableResult
  mutating func enter(_ draft: SMSDraft, id: String) -> SMSMessage {
    let message = SMSMessage(
      id: id, requestID: requestID,
      deliveryID: draft.deliveryID ?? SMSMessage.hash(number: draft.number, text: draft.text),
      sender: draft.sender, number: draft.number, text: draft.text, isLong: draft.isLong,
      isAdvertising: draft.isAdvertising, refusal: draft.refusal, time: UnixTime(milliseconds: now),
      connection: connection, misbehaviour: fault)
    messages.append(message)
    return message
  }

  func found(_ id: String) -> SMSMessage? { state.byID[id] }
  func report(of message: SMSMessage) -> SMSReport { state.reports[message.number] ?? .delivered }
}

/// What a stand-in remembers between calls.
struct SMSState {
  var calls = 0
  var refusals: [String: String] = [:]
  var reports: [String: SMSReport] = [:]
  var byID: [String: SMSMessage] = [:]
  var byRequest: [String: [SMSMessage]] = [:]
  var ledger: Ledger<SMSMessage>
  /// Solapi's, which are taken once each.
  var signatures: Set<String> = []
}
