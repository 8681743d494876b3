/// What a role's thread does at the moment.
public struct RoleState: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case connecting
    case working
    /// A server or a provider cannot be used; it keeps its place and tries again.
    case holding
    case stopped
  }

  public let kind: Kind
  /// Safe to log.
  public let reason: String

  public init(_ kind: Kind, _ reason: String = "") { (self.kind, self.reason) = (kind, reason) }

  /// For `/readyz`; nil where it works.
  public var problem: String? { kind == .working ? nil : "\(kind.rawValue): \(reason)" }
}
