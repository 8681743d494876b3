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

extension ChannelChoice: Encodable {
  private enum CodingKeys: String, CodingKey { case firstOf }

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
}
