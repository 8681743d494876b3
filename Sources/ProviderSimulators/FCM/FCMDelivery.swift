public import NotificationModel

/// One message to FCM's stand-in, and what was decided on it.
public struct FCMDelivery: Sendable {
  /// As answered, `projects/PROJECT/messages/ID`; nil when it was not accepted.
  public let name: String?
  /// The registration token; nil for a topic, a condition, or what cannot be read.
  public let token: String?
  public let payload: [UInt8]
  /// When it was complete.
  public let time: UnixTime
  /// The connection's number, from 1.
  public let connection: Int
  /// Of the answer: 200, or an error's; nil when it was never taken and not answered.
  public let status: Int?
  /// FCM's `errorCode`, or Google's status.
  public let reason: String?
  /// What happened to the request or its answer.
  public let misbehaviour: Misbehaviour?
  let fields: [HTTPHeader]

  /// A person's device would show it; not so when it was only to be validated.
  public var isAccepted: Bool { name != nil }
  /// By lower-case name, `authorization` among them.
  public var headers: [String: String] { Dictionary(fields) { first, _ in first } }
  /// nil when the payload is no JSON.
  public var body: JSONValue? { try? JSONParser.parse(payload) }
}
