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
    let findings = SourceCheck.findings(facts, source)
    if let failure = findings.first(where: { $0.level == .failure }) {
      throw RelayError.stop(code(failure), failure.description)
    }
    return Facts(
      confirmed: facts.slot?.confirmed ?? .zero, senderTimeout: Double(facts.senderTimeoutMilliseconds) / 1_000,
      warnings: findings.filter { $0.level == .warning }.map(\.description))
  }

  private static func code(_ failure: Finding) -> RelayError.Code {
    switch failure.check {
    case SourceCheck.slotMissing: .slotMissing
    case SourceCheck.slotLost: .slotLost
    default: .preflight
    }
  }
}
