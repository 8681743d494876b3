/// Whom a notification is for: a user, or an address that the event brings along.
public struct Recipient: Sendable, Equatable {
  public enum Whom: Sendable, Equatable {
    case user(Int64)
    case address(DeliveryAddress)
  }

  public var whom: Whom
  /// Before the event's own.
  public var locale: String?
  /// Over the event's own.
  public var parameters: [String: JSONValue]

  public init(_ whom: Whom, locale: String? = nil, parameters: [String: JSONValue] = [:]) {
    self.whom = whom
    self.locale = locale
    self.parameters = parameters
  }

  public static func user(_ id: Int64) -> Self { Self(.user(id)) }
  public static func email(_ address: String) -> Self { Self(.address(.email(address))) }
  /// - Parameter number: E.164, `+821012345678`.
  public static func phone(_ number: String) -> Self { Self(.address(.phone(number))) }
}

extension Recipient: Encodable {
  enum CodingKeys: String, CodingKey { case user, email, phone, device, locale, parameters }

  public func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch whom {
    case .user(let id): try members.encode(id, forKey: .user)
    case .address(.email(let address)): try members.encode(address, forKey: .email)
    case .address(.phone(let number)): try members.encode(number, forKey: .phone)
    case .address(.device(let device)): try members.encode(device, forKey: .device)
    }
    try members.encodeIfPresent(locale, forKey: .locale)
    if !parameters.isEmpty { try members.encode(parameters, forKey: .parameters) }
  }
}
