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
    let isOurs = try connection.execute(
      """
      SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database())
        AND EXISTS (SELECT FROM pg_publication_tables WHERE pubname = $2 AND schemaname = 'outbox')
      """, [.text(source.slot), .text(source.publication)]
    ).scalar
    guard isOurs == "t" else { return .absent }
    switch try OutboxFunction.look("register_slot", connection) {
    case .absent: return .absent
    case .refused: return .refused
    case .granted: break
    }
    try connection.execute(
      "SELECT outbox.register_slot($1, $2)", [.text(source.slot), .text(source.publication)])
    return .done
  }
}
