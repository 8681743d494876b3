public import NotificationModel

/// One way to reach a person.
struct Endpoint {
  var address: DeliveryAddress
  /// Of the delivery's id: a device's or contact's id, or `r` and the recipient's index.
  var target: String
  var suppressible: SuppressibleAddress?
  var isDisabled = false
  var isVerified = true
  var locale: String?

  var channel: DeliveryChannel { address.channel }
  var place: DeferredRelease.Place { DeferredRelease.Place(channel: channel, target: target) }
}

/// A recipient with all ways to reach them.
struct Person {
  var user: AudienceUser?
  var settings: UserSettings?
  var endpoints: [Endpoint]
  /// Languages of the event and the recipient, before those of device and user.
  var locales: [String]
  var parameters: [String: JSONValue]

  /// Nil for a user that nobody knows.
  init?(_ recipient: Recipient, index: Int, _ request: NotificationRequest, _ audience: PolicyAudience) {
    locales = [recipient.locale, request.locale].compactMap { $0 }
    parameters = recipient.parameters
    switch recipient.whom {
    case .user(let id):
      guard let known = audience.users[id] else { return nil }
      user = known
      settings = audience.settings[id]
      endpoints = Self.endpoints(known)
    case .address(let address):
      endpoints = [Endpoint(address: address, target: "r\(index)", suppressible: SuppressibleAddress(address))]
    }
  }

  static func endpoints(_ user: AudienceUser) -> [Endpoint] {
    var endpoints = user.devices.map { device in
      Endpoint(
        address: .device(
          DeviceAddress(
            platform: device.platform, appID: device.appID, environment: device.environment, token: device.token,
            registeredAt: device.registeredAt)),
        target: "\(device.id)", suppressible: .device(device.id), isDisabled: device.disabledAt != nil,
        locale: device.locale)
    }
    if let phone = user.phone {
      endpoints.append(
        Endpoint(
          address: .phone(phone.address), target: "\(phone.id)", suppressible: .phone(phone.address),
          isVerified: phone.verifiedAt != nil))
    }
    endpoints.append(
      Endpoint(
        address: .email(user.email.address), target: "\(user.email.id)", suppressible: .email(user.email.address),
        isVerified: user.email.verifiedAt != nil))
    return endpoints
  }

  func locales(_ endpoint: Endpoint) -> [String] { locales + [endpoint.locale, user?.locale].compactMap { $0 } }
}

extension SuppressibleAddress {
  /// Nil for a token that an event brought along, which has no id to be listed under.
  public init?(_ address: DeliveryAddress) {
    switch address {
    case .device: return nil
    case .phone(let number): self = .phone(number)
    case .email(let text): self = .email(text)
    }
  }
}
