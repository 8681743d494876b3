/// By which channels a notification is to go. In JSON `["push", "sms"]`, or `{"firstOf": ["push", "sms"]}`.
public enum ChannelChoice: Sendable, Equatable {
  /// By each of them.
  case all([ChannelKind])
  /// By the first by which the person can be reached and wants to be; the others are for where it cannot.
  case firstOf([ChannelKind])

  public var kinds: [ChannelKind] {
    switch self {
    case .all(let kinds), .firstOf(let kinds): kinds
    }
  }
}

extension ChannelChoice: Codable {
  private enum CodingKeys: String, CodingKey { case firstOf }

  public init(from decoder: any Decoder) throws {
    if let list = try? decoder.singleValueContainer().decode([String].self) {
      self = .all(try Self.kinds(list))
    } else {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      self = .firstOf(try Self.kinds(members.decode([String].self, forKey: .firstOf)))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .all(let kinds):
      var value = encoder.singleValueContainer()
      try value.encode(kinds)
    case .firstOf(let kinds):
      var members = encoder.container(keyedBy: CodingKeys.self)
      try members.encode(kinds, forKey: .firstOf)
    }
  }

  private static func kinds(_ names: [String]) throws(RequestProblem) -> [ChannelKind] {
    var kinds: [ChannelKind] = []
    for name in names {
      guard let kind = ChannelKind(rawValue: name) else {
        throw RequestProblem(.unknownChannel, "channels", "holds what is no channel; there are push, sms and email")
      }
      if !kinds.contains(kind) { kinds.append(kind) }
    }
    return kinds
  }
}
