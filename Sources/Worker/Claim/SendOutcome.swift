public import NotificationModel

/// How an attempt ended, as it is kept in the claim: enough to tell it again without sending again.
public struct SendOutcome: Sendable, Equatable {
  public var state: DeliveryState
  /// Why it was not sent, as `Unregistered`: the provider's own word, or one of ours.
  public var code: String?
  /// What redrive shall do with it; nil where nothing is left to do.
  public var errorClass: ErrorClass?
  /// Seconds that the provider asked for.
  public var retryAfter: Int?
  /// What the provider calls it.
  public var providerID: String?
  /// Since when the address is dead, by the provider's clock; only where it is.
  public var deadSince: UnixTime?
  /// When it ended.
  public var time: UnixTime

  public init(
    state: DeliveryState, code: String? = nil, errorClass: ErrorClass? = nil, retryAfter: Int? = nil,
    providerID: String? = nil, deadSince: UnixTime? = nil, time: UnixTime
  ) {
    self.state = state
    self.code = code
    self.errorClass = errorClass
    self.retryAfter = retryAfter
    self.providerID = providerID
    self.deadSince = deadSince
    self.time = time
  }

  public var isSent: Bool { state == .success }

  /// Of what another worker had begun, where the channel does not send again. Its time is not known.
  static let ambiguous = SendOutcome(
    state: .ambiguous, code: "OUTCOME_UNKNOWN", errorClass: .permanent, time: UnixTime(milliseconds: 0))

  /// JSON.
  var text: String {
    var writer = JSONWriter(capacity: 160)
    writer.object { json in
      json.member("state", state.rawValue)
      json.member("code", code)
      json.member("errorClass", errorClass?.rawValue)
      json.member("retryAfter", retryAfter)
      json.member("providerID", providerID)
      json.member("deadSince", deadSince)
      json.member("time", time)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// What cannot be read, as from a later version, counts as sent: nothing is sent twice for it.
  init(text: String) {
    var json = JSONReader(Array(text.utf8))
    self = (try? SendOutcome(&json)) ?? SendOutcome(state: .success, time: UnixTime(milliseconds: 0))
  }

  private init(_ json: inout JSONReader) throws(JSONParseError) {
    var state: DeliveryState?
    var outcome = SendOutcome(state: .success, time: UnixTime(milliseconds: 0))
    try json.members { json, name throws(JSONParseError) in
      guard try !json.null() else { return }
      switch name {
      case "state": state = try json.word()
      case "code": outcome.code = try json.text()
      case "errorClass": outcome.errorClass = try json.word()
      case "retryAfter": outcome.retryAfter = Int(try json.integer())
      case "providerID": outcome.providerID = try json.text()
      case "deadSince": outcome.deadSince = try json.time()
      case "time": outcome.time = try json.time()
      default: try json.skip()
      }
    }
    try json.end()
    guard let state else { throw json.fault }
    outcome.state = state
    self = outcome
  }
}
