/// Judges a source by its facts. Pure; the relay's start and `bongsu doctor` say the same of the same.
public enum SourceCheck {
  /// Names of findings that a relay treats on its own.
  static let slotMissing = "slot missing"
  static let slotLost = "slot lost"
  static let recovery = "recovery"

  /// In the order in which a person should mend them.
  public static func findings(_ facts: SourceFacts, _ source: SourceSettings) -> [Finding] {
    [version(facts.serverVersion), recovery(facts.isInRecovery), walLevel(facts.walLevel)]
      + publication(facts.publication, source) + [slot(facts, source)]
  }

  private static func version(_ version: Int) -> Finding {
    let text = "PostgreSQL \(version / 10_000).\(version % 10_000)"
    guard version < 150_014 else { return .ok("server version", text) }
    return .warning("server version", "\(text) has defects that lose decoded rows", "update to 15.14")
  }

  private static func recovery(_ isInRecovery: Bool) -> Finding {
    guard isInRecovery else { return .ok(recovery, "the server is a primary") }
    return .failure(
      recovery, "the server is a standby, where no outbox is written",
      "name the primary, or all servers with target_session_attrs=read-write")
  }

  private static func walLevel(_ level: String) -> Finding {
    guard level != "logical" else { return .ok("wal_level", "wal_level is logical") }
    return .failure(
      "wal_level", "wal_level is not logical",
      "type ALTER SYSTEM SET wal_level = logical and restart PostgreSQL")
  }

  static func publication(_ publication: SourceFacts.Publication?, _ source: SourceSettings) -> [Finding] {
    let name = source.publication
    guard let publication, publication.publishesInserts else {
      return [
        .failure(
          "publication", "publication \(name) is missing or publishes no inserts",
          "type CREATE PUBLICATION \(name) FOR TABLE outbox.event "
            + "WITH (publish = 'insert', publish_via_partition_root = true)")
      ]
    }
    guard !publication.tables.isEmpty else {
      return [
        .failure(
          "publication", "publication \(name) has no table",
          "type ALTER PUBLICATION \(name) ADD TABLE outbox.event")
      ]
    }
    return flags(publication, name) + publication.tables.map { table($0, source.columns) }
  }

  private static func flags(_ publication: SourceFacts.Publication, _ name: String) -> [Finding] {
    var findings: [Finding] = []
    if publication.publishesMore {
      findings.append(
        .warning(
          "publication", "publication \(name) publishes more than inserts; the rest is ignored",
          "while no service writes, type ALTER PUBLICATION \(name) SET (publish = 'insert')"))
    }
    if publication.tables.contains(where: \.isPartition) {
      findings.append(
        .warning(
          "publication", "publication \(name) publishes partitions under their own names",
          "while no service writes, type ALTER PUBLICATION \(name) SET (publish_via_partition_root = true)"))
    }
    return findings.isEmpty ? [.ok("publication", "publication \(name) publishes inserts")] : findings
  }

  private static func table(_ table: SourceFacts.Table, _ names: ColumnNames) -> Finding {
    do {
      _ = try ColumnMap(columns: table.columns, names: names)
      return .ok("table", "table \(table.name) has the outbox's columns")
    } catch {
      return .failure(
        "table", "table \(table.name) is no outbox: it has no column \(error.names.joined(separator: ", "))",
        "map other names with relay.columns, or take the table out of the publication")
    }
  }

  /// Before PostgreSQL 17 a slot is on one server alone.
  private static func promotion(_ facts: SourceFacts) -> String {
    guard let timeline = facts.timeline, timeline > 1 else { return "" }
    return " on this server, which was a standby once (timeline \(timeline)) and may have left it on its primary"
  }

  private static func slot(_ facts: SourceFacts, _ source: SourceSettings) -> Finding {
    let repair = "type \(source.repairCommand())"
    guard let slot = facts.slot else {
      return .failure(
        slotMissing, "replication slot \(source.slot) does not exist\(promotion(facts))",
        "at the first set-up start with --create-slot, otherwise \(repair)")
    }
    guard slot.walStatus != "lost" else {
      return .failure(
        slotLost, "replication slot \(source.slot) is lost: its log was removed (max_slot_wal_keep_size)", repair)
    }
    guard slot.plugin == "pgoutput", slot.isOfThisDatabase else {
      return .failure(
        "slot", "replication slot \(source.slot) is of another plugin or database", "name one of pgoutput here")
    }
    guard slot.walStatus == "reserved" || slot.walStatus == "extended" else {
      return .warning(
        "slot", "replication slot \(source.slot) is about to be lost: its log is past max_slot_wal_keep_size",
        "start its relay, or raise max_slot_wal_keep_size now")
    }
    return .ok("slot", "replication slot \(source.slot) is there, \(slot.isActive ? "read by a relay" : "not in use")")
  }
}
