/// How a person is reached, as people choose and templates are written: push is one for both platforms.
public enum ChannelKind: String, Sendable, Hashable, Codable, CaseIterable { case push, sms, email }

/// A user with all ways to reach them.
public struct AudienceUser: Sendable, Equatable, Codable {
  public var id: Int64
  /// As BCP 47 has it, `ko-KR`.
  public var locale: String?
  /// As tzdata names it, `Asia/Seoul`.
  public var timeZone: String?
  public var email: UserContact
  public var phone: UserContact?
  /// Disabled ones as well, in the order of their ids.
  public var devices: [UserDevice]

  public init(
    id: Int64, locale: String? = nil, timeZone: String? = nil, email: UserContact, phone: UserContact? = nil,
    devices: [UserDevice] = []
  ) {
    self.id = id
    self.locale = locale
    self.timeZone = timeZone
    self.email = email
    self.phone = phone
    self.devices = devices
  }
}

/// An e-mail address or a phone number of a user.
public struct UserContact: Sendable, Equatable, Codable {
  /// Names it in logs and delivery ids in place of the address; the same when the address changes.
  public var id: Int64
  /// A phone number is in E.164, `+821012345678`.
  public var address: String
  /// When the user proved that it is theirs.
  public var verifiedAt: UnixTime?

  public init(id: Int64, address: String, verifiedAt: UnixTime? = nil) {
    self.id = id
    self.address = address
    self.verifiedAt = verifiedAt
  }
}

/// An app on a device.
public struct UserDevice: Sendable, Equatable, Codable {
  public enum Platform: String, Sendable, Codable, CaseIterable { case ios, android }
  /// APNs has two; FCM is always production.
  public enum Environment: String, Sendable, Codable, CaseIterable { case production, sandbox }

  public var id: Int64
  public var platform: Platform
  /// The bundle's id or the package's name.
  public var appID: String
  public var environment: Environment
  public var token: String
  public var locale: String?
  public var timeZone: String?
  public var registeredAt: UnixTime
  /// Set once its token is dead or its user has signed out.
  public var disabledAt: UnixTime?

  public init(
    id: Int64, platform: Platform, appID: String, environment: Environment = .production, token: String,
    locale: String? = nil, timeZone: String? = nil, registeredAt: UnixTime, disabledAt: UnixTime? = nil
  ) {
    self.id = id
    self.platform = platform
    self.appID = appID
    self.environment = environment
    self.token = token
    self.locale = locale
    self.timeZone = timeZone
    self.registeredAt = registeredAt
    self.disabledAt = disabledAt
  }
}
