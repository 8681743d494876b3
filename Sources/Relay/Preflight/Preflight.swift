import PGOutput
import Postgres

/// What must hold before a slot is read.
enum Preflight {
  struct Facts: Equatable {
    var confirmed: LSN
    /// Seconds; 0 is none.
    var senderTimeout: Double
    var warnings: [String]
  }

  /// - Throws: the first failure, with what to type.
  static func check(_ source: SourceSettings, _ connection: PostgresConnection) throws -> Facts {
    let facts = try SourceFacts.read(source, connection)
    return Facts(
      confirmed: facts.slot?.confirmed ?? .zero, senderTimeout: Double(facts.senderTimeoutMilliseconds) / 1_000,
      warnings: try warnings(SourceCheck.findings(facts, source)))
  }

  /// The publication and its tables alone, for who makes the slot.
  /// - Returns: warnings.
  /// - Throws: the first failure, with what to type.
  @discardableResult
  static func checkPublication(_ source: SourceSettings, _ connection: PostgresConnection) throws -> [String] {
    try warnings(SourceCheck.publication(SourceFacts.read(source, connection).publication, source))
  }

  private static func warnings(_ findings: [Finding]) throws(RelayError) -> [String] {
    if let failure = findings.first(where: { $0.level == .failure }) { throw error(failure) }
    return findings.filter { $0.level == .warning }.map(\.description)
  }

  /// A standby is waited for: it may be promoted, and a failover must not end the relay.
  private static func error(_ failure: Finding) -> RelayError {
    failure.check == SourceCheck.recovery
      ? .retry(.preflight, failure.description, after: .seconds(5)) : .stop(code(failure), failure.description)
  }

  private static func code(_ failure: Finding) -> RelayError.Code {
    switch failure.check {
    case SourceCheck.slotMissing: .slotMissing
    case SourceCheck.slotLost: .slotLost
    default: .preflight
    }
  }
}
