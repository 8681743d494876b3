import NotificationModel

/// What a relay parked in place of a row that Kafka refused.
public struct RelayPointer: Sendable, Equatable {
  public static let schema = "relay.pointer.v1"

  public var source: String
  public var id: String
  public var commit: String
  public var ordinal: Int
  public var digest: String

  /// Nil for what is none.
  init?(value: [UInt8]?) {
    guard let value, case .object(let members)? = try? JSONParser.parse(value),
      case .text(let source)? = members["source"], case .text(let id)? = members["id"],
      case .text(let commit)? = members["lsn"], case .text(let digest)? = members["sha256"],
      case .number(let ordinal)? = members["ordinal"]
    else { return nil }
    (self.source, self.id, self.commit, self.digest) = (source, id, commit, digest)
    self.ordinal = Int(ordinal) ?? 0
  }
}
