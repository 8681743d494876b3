/// What a router does at the moment.
public struct RouterState: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case connecting
    case routing
    /// PostgreSQL or Kafka cannot be used; the router keeps its place and tries again.
    case holding
    case stopped
  }

  public let kind: Kind
  /// Safe to log.
  public let reason: String

  init(_ kind: Kind, _ reason: String = "") { (self.kind, self.reason) = (kind, reason) }
}
