/// What has become of a delivery. The log keeps the greatest of what it hears, by (replay, attempt, rank), so that a
/// status that comes late undoes nothing.
public enum DeliveryState: String, Sendable, Codable, CaseIterable {
  case suppressed = "SUPPRESSED"
  case pending = "PENDING"
  case deferred = "DEFERRED"
  case processing = "PROCESSING"
  case retrying = "RETRYING"
  case ambiguous = "AMBIGUOUS"
  case fail = "FAIL"
  case success = "SUCCESS"

  public var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Why a delivery is not made.
public enum SuppressionReason: String, Sendable, Codable, CaseIterable {
  /// The person turned off the category, the channel or everything.
  case optedOut = "OPTED_OUT"
  /// Advertising without a consent, or by a channel without an account that could have given one.
  case noConsent = "NO_CONSENT"
  /// The consent was not confirmed again in time.
  case consentExpired = "CONSENT_EXPIRED"
  /// The address or device is on the suppression list.
  case suppressedAddress = "SUPPRESSED_ADDRESS"
  case deviceDisabled = "DEVICE_DISABLED"
  /// The address was never proved to be the person's.
  case unverified = "UNVERIFIED"
  /// There is no address or device for the channel.
  case noAddress = "NO_ADDRESS"
  case rateLimited = "RATE_LIMITED"
  /// Advertising while the limiter cannot be asked.
  case rateUnknown = "RATE_UNKNOWN"
  case expired = "EXPIRED"
  /// The event reaches the same address already.
  case duplicate = "DUPLICATE"
}

/// Why a delivery waits.
public enum DeferralReason: String, Sendable, Codable {
  case scheduled = "SCHEDULED"
  case night = "NIGHT"
}
