import Postgres

/// Tells the outbox which slot reads it, so that `outbox.maintain` drops no day that the slot has not confirmed past.
enum SlotRegistration {
  enum Outcome: Equatable {
    case done
    /// An outbox of another make, another table beside it, or a slot that is not there yet.
    case absent
    /// The relay's user is no member of outbox_relay.
    case refused
  }

  static func attempt(_ source: SourceSettings, _ connection: PostgresConnection) throws -> Outcome {
    // By the catalogue, since a look-up by name is refused to those without a right to the schema.
    let answer = try connection.execute(
      """
      SELECT has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'outbox' AND p.proname = 'register_slot'
        AND EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database())
        AND EXISTS (SELECT FROM pg_publication_tables t WHERE t.pubname = $2 AND t.schemaname = n.nspname)
      """, [.text(source.slot), .text(source.publication)])
    guard answer.rowCount > 0 else { return .absent }
    guard answer[0, 0] == "t" else { return .refused }
    try connection.execute(
      "SELECT outbox.register_slot($1, $2)", [.text(source.slot), .text(source.publication)])
    return .done
  }
}
