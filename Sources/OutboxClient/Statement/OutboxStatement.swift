/// One INSERT for a driver to run as it is.
public struct OutboxStatement: Hashable, Sendable {
  /// Text without any value of an event: there are two forms for each outbox table, so a driver can keep it prepared.
  public let sql: String
  /// The values of `$1 …`, each of PostgreSQL's type text; nil is NULL.
  public let parameters: [String?]
}
