/// Where a delivery goes.
public enum DeliveryAddress: Sendable, Hashable {
  case device(DeviceAddress)
  /// E.164.
  case phone(String)
  case email(String)

  public var channel: DeliveryChannel {
    switch self {
    case .device(let device): DeliveryChannel(device.platform)
    case .phone: .sms
    case .email: .email
    }
  }

  public var device: DeviceAddress? {
    if case .device(let device) = self { device } else { nil }
  }
}

/// An app on a device, as its provider knows it.
public struct DeviceAddress: Sendable, Hashable, Codable {
  public var platform: UserDevice.Platform
  public var appID: String
  public var environment: UserDevice.Environment
  public var token: String
  /// What a provider's "dead since" is compared with; nil for a token that an event brought along.
  public var registeredAt: UnixTime?

  public init(
    platform: UserDevice.Platform, appID: String, environment: UserDevice.Environment = .production, token: String,
    registeredAt: UnixTime? = nil
  ) {
    self.platform = platform
    self.appID = appID
    self.environment = environment
    self.token = token
    self.registeredAt = registeredAt
  }

  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    platform = try members.decode(UserDevice.Platform.self, forKey: .platform)
    appID = try members.decode(String.self, forKey: .appID)
    environment =
      try members.decodeIfPresent(UserDevice.Environment.self, forKey: .environment) ?? .production
    token = try members.decode(String.self, forKey: .token)
    registeredAt = try members.decodeIfPresent(UnixTime.self, forKey: .registeredAt)
  }
}

extension DeliveryAddress: Codable {
  private enum CodingKeys: String, CodingKey { case device, phone, email }

  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    if let device = try members.decodeIfPresent(DeviceAddress.self, forKey: .device) {
      self = .device(device)
    } else if let number = try members.decodeIfPresent(String.self, forKey: .phone) {
      self = .phone(number)
    } else {
      self = .email(try members.decode(String.self, forKey: .email))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .device(let device): try members.encode(device, forKey: .device)
    case .phone(let number): try members.encode(number, forKey: .phone)
    case .email(let address): try members.encode(address, forKey: .email)
    }
  }
}
