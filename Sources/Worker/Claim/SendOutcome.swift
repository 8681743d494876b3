import Foundation
public import NotificationModel

/// How an attempt ended, as it is kept in the claim: enough to tell it again without sending again.
public struct SendOutcome: Sendable, Equatable, Codable {
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
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// What cannot be read, as from a later version, counts as sent: nothing is sent twice for it.
  init(text: String) {
    self =
      (try? JSONDecoder().decode(SendOutcome.self, from: Data(text.utf8)))
      ?? SendOutcome(state: .success, time: UnixTime(milliseconds: 0))
  }
}
