import NotificationModel

/// What a relay parked in place of a row that Kafka refused.
struct RelayPointer: Equatable {
  var source: String
  var id: String
  var commit: String
  var ordinal: Int
  var digest: String

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
