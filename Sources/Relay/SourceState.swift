/// What a source is doing, for readiness, metrics and people.
public struct SourceState: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// On the way to PostgreSQL or Kafka.
    case connecting
    /// Another relay reads the slot.
    case standby
    case streaming
    /// Something is refused that a person has to mend; nothing is lost meanwhile.
    case holding
    /// Over: on request, or because it cannot go on.
    case stopped
  }

  public var kind: Kind
  /// Why, where it is not streaming.
  public var reason: String

  init(_ kind: Kind, _ reason: String = "") {
    self.kind = kind
    self.reason = reason
  }
}
