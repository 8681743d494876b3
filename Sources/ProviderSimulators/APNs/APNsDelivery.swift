public import NotificationModel

/// One request to APNs' stand-in, and what was decided on it.
public struct APNsDelivery: Sendable {
  /// The request's `apns-id`, or the one that was made for it.
  public let id: String
  /// Of the device, as the path has it.
  public let token: String
  public let payload: [UInt8]
  /// When it was complete.
  public let time: UnixTime
  /// The connection's number, from 1.
  public let connection: Int
  /// Of the answer: 200, or an error's; nil when it was never taken and not answered.
  public let status: Int?
  /// What was wrong with it.
  public let reason: String?
  /// What happened to the request or its answer.
  public let misbehaviour: Misbehaviour?
  let fields: [HTTPHeader]

  /// A person's device would show it.
  public var isAccepted: Bool { status == 200 }
  /// By lower-case name, `authorization` among them.
  public var headers: [String: String] { Dictionary(fields) { first, _ in first } }
  /// nil when the payload is no JSON.
  public var body: JSONValue? { try? JSONParser.parse(payload) }
}
