/// What a user chose. It is read for every batch and never cached.
public struct UserSettings: Sendable, Equatable {
  /// A choice for a category and channel.
  public struct Place: Sendable, Hashable {
    public var category: String
    public var channel: ChannelKind

    public init(_ category: String, _ channel: ChannelKind) {
      self.category = category
      self.channel = channel
    }
  }

  /// The master switch; nil where the user never touched it.
  public var master: Bool?
  /// The default of a channel.
  public var channels: [ChannelKind: Bool] = [:]
  public var categories: [Place: Bool] = [:]
  public var advertising: AdvertisingConsent?
  public var nightAdvertising: AdvertisingConsent?

  public init() {}
}

/// A decision on advertising.
public struct AdvertisingConsent: Sendable, Equatable {
  public var isGranted: Bool
  public var decidedAt: UnixTime
  /// Where it was made, as `app/settings`.
  public var source: String
  /// From then on a consent counts no more, unless it was confirmed; set wherever one is granted.
  public var reconfirmAt: UnixTime?

  public init(isGranted: Bool, decidedAt: UnixTime, source: String, reconfirmAt: UnixTime?) {
    self.isGranted = isGranted
    self.decidedAt = decidedAt
    self.source = source
    self.reconfirmAt = reconfirmAt
  }
}

/// What a suppression names, whoever has it.
public struct SuppressibleAddress: Sendable, Hashable {
  public enum Kind: String, Sendable { case email, phone, device }

  public let kind: Kind
  public let text: String

  private init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  /// Letters of either size are the same.
  public static func email(_ address: String) -> Self { Self(.email, address.lowercased()) }
  public static func phone(_ number: String) -> Self { Self(.phone, number) }
  public static func device(_ id: Int64) -> Self { Self(.device, String(id)) }
}

/// Why nothing is sent to an address.
public struct AddressSuppression: Sendable, Equatable {
  /// A small word, as `bounce` or `complaint`.
  public var reason: String
  /// Nil: for good.
  public var until: UnixTime?

  public init(reason: String, until: UnixTime? = nil) {
    self.reason = reason
    self.until = until
  }
}

/// What a notification is for, and what that may pass over.
public struct NotificationCategory: Sendable, Equatable {
  public enum Kind: String, Sendable { case transactional, security, service, advertising }

  public var name: String
  public var kind: Kind
  public var bypassesOptOut: Bool
  public var bypassesRateLimit: Bool

  public init(name: String, kind: Kind, bypassesOptOut: Bool = false, bypassesRateLimit: Bool = false) {
    self.name = name
    self.kind = kind
    self.bypassesOptOut = bypassesOptOut
    self.bypassesRateLimit = bypassesRateLimit
  }
}
