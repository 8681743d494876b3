import NotificationModel

/// The rules for a person and an address, whatever is to be sent there: for an event's deliveries, and again for each
/// before it is tried anew.
struct PlaceRules {
  let judge: Judge
  let category: NotificationCategory

  func obstacle(_ endpoint: Endpoint) -> SuppressionReason? {
    if endpoint.isDisabled { return .deviceDisabled }
    if let address = endpoint.suppressible, let known = judge.audience.suppressions[address],
      known.until.map({ $0 > judge.now }) ?? true
    {
      return .suppressedAddress
    }
    return endpoint.isVerified || !judge.settings.verifiedOnly.contains(category.kind) ? nil : .unverified
  }

  /// What the person decided.
  func choice(_ kind: ChannelKind, _ settings: UserSettings?) -> SuppressionReason? {
    if !category.bypassesOptOut, let settings, !settings.allows(category.name, kind) { return .optedOut }
    guard category.kind == .advertising else { return nil }
    guard let consent = settings?.advertising, consent.isGranted else { return .noConsent }
    return consent.counts(at: judge.now) ? nil : .consentExpired
  }

  /// Nil where no hours apply.
  func hours(_ kind: ChannelKind, _ user: AudienceUser?, _ settings: UserSettings?) -> QuietHours.Phase? {
    guard category.kind == .advertising, settings?.nightAdvertising?.counts(at: judge.now) != true else { return nil }
    let country = judge.settings.country(of: user)
    guard let hours = judge.settings.quietHours.first(where: { $0.country == country }), !hours.exempt.contains(kind)
    else { return nil }
    return hours.phase(at: judge.now, personal: user?.timeZone)
  }
}

extension AdvertisingConsent {
  /// Granted, and confirmed again where that was due.
  fileprivate func counts(at now: UnixTime) -> Bool { isGranted && (reconfirmAt.map { $0 > now } ?? true) }
}

extension UserSettings {
  /// The master switch ends all; else the most special choice counts, and without one it is allowed.
  fileprivate func allows(_ category: String, _ kind: ChannelKind) -> Bool {
    if master == false { return false }
    return categories[Place(category, kind)] ?? channels[kind] ?? true
  }
}
