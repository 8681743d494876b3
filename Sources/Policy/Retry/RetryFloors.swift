public import NotificationModel

/// The ladder's part by error class: after some failures of a channel the wait is no shorter than a tier, whatever the
/// step.
public struct RetryFloors: Sendable, Equatable {
  /// A provider's word for a failure, or how its words begin.
  public struct Failures: Sendable, Hashable {
    /// Nil for events.
    public var channel: DeliveryChannel?
    public var code: String
    /// All codes that begin with it.
    public var isStart: Bool

    public init(channel: DeliveryChannel?, code: String, isStart: Bool = false) {
      (self.channel, self.code, self.isStart) = (channel, code, isStart)
    }
  }

  private var tiers: [Failures: RetryTier]

  /// Apple asks not to come back before a quarter of an hour after a fault of its own servers: what APNs says with a status
  /// 500 or 503.
  public init() {
    tiers = [Failures(channel: .pushIOS, code: "HTTP_5", isStart: true): .fifteenMinutes]
    for code in ["InternalServerError", "ServiceUnavailable", "Shutdown"] {
      tiers[Failures(channel: .pushIOS, code: code)] = .fifteenMinutes
    }
  }

  public subscript(_ failures: Failures) -> RetryTier? {
    get { tiers[failures] }
    set { tiers[failures] = newValue }
  }

  /// The code's own, or that of the longest start which it has.
  func tier(channel: DeliveryChannel?, code: String) -> RetryTier? {
    if let own = tiers[Failures(channel: channel, code: code)] { return own }
    let starts = tiers.filter { $0.key.isStart && $0.key.channel == channel && code.hasPrefix($0.key.code) }
    return starts.max { $0.key.code.utf8.count < $1.key.code.utf8.count }?.value
  }
}
