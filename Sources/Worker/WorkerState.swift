/// What a worker does at the moment.
public struct WorkerState: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case connecting
    case working
    /// Redis, Kafka or the provider cannot be used; it keeps its place and tries again.
    case holding
    case stopped
  }

  public let kind: Kind
  /// Safe to log.
  public let reason: String

  init(_ kind: Kind, _ reason: String = "") { (self.kind, self.reason) = (kind, reason) }
}
