/// What a recorder does at the moment.
public struct RecorderState: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case connecting
    case recording
    /// PostgreSQL or Kafka cannot be used; the recorder keeps its place and tries again.
    case holding
    case stopped
  }

  public let kind: Kind
  /// Safe to log.
  public let reason: String

  init(_ kind: Kind, _ reason: String = "") { (self.kind, self.reason) = (kind, reason) }
}
