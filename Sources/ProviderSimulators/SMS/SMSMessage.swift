public import NotificationModel

/// One text message that came to a vendor's stand-in, and what was decided on it.
public struct SMSMessage: Sendable {
  /// What the vendor calls it.
  public let id: String
  /// What the vendor calls the call that it came with.
  public let requestID: String
  /// What tells which delivery it is: our own id where the vendor's form has room for one (Solapi's
  /// `customFields.deliveryID`, NHN's `recipientGroupingKey`), else `SMSMessage.hash` of number and text.
  public let deliveryID: String
  public let sender: String
  /// As it was written.
  public let number: String
  /// As a handset would show it: SENS cuts what is too long.
  public let text: String
  /// It goes as LMS, or in several segments.
  public let isLong: Bool
  public let isAdvertising: Bool
  /// Why it was not taken, in the vendor's word.
  public let refusal: String?
  /// When its call was complete.
  public let time: UnixTime
  /// The connection's number, from 1.
  public let connection: Int
  /// What happened to the call or its answer.
  public let misbehaviour: Misbehaviour?

  /// A person would be sent it.
  public var isAccepted: Bool { refusal == nil }

  /// Names a message that says nothing of its delivery.
  public static func hash(number: String, text: String) -> String { DeliveryTally.hash("\(number)\n\(text)") }
}

/// What a vendor says later of a message that it took.
public enum SMSReport: Sendable, Equatable {
  case pending
  case delivered
  /// With the vendor's own code.
  case failed(code: String)
}
