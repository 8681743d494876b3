import Postgres
import Relay

/// Judges what a doctor asked beyond a relay's own questions. Pure.
enum ServerCheck {
  static func findings(_ server: ServerFacts, _ facts: SourceFacts, _ source: SourceSettings) -> [Finding] {
    let user = source.connection.value("user") ?? "relay"
    let ofServer = [recovery(server), encryption(server), room(server, facts), keptLog(server, facts.slot, source)]
    let ofSession = [timeout(facts.senderTimeoutMilliseconds, user), clock(server.clockDifferenceSeconds)]
    return ofServer + lag(facts.slot) + ofSession + (server.outbox.map { outbox($0, user: user) } ?? [])
  }

  private static func recovery(_ server: ServerFacts) -> Finding {
    guard server.isInRecovery else { return .ok("primary", "this is the primary") }
    return .failure(
      "primary", "this server is a standby", "name the primary in --dsn, or both and target_session_attrs=read-write")
  }

  private static func encryption(_ server: ServerFacts) -> Finding {
    guard server.isRemote, !server.isEncrypted else {
      return .ok("encryption", server.isEncrypted ? "the connection is encrypted" : "the connection stays on this host")
    }
    return .warning(
      "encryption", "the connection crosses the network unencrypted",
      "add sslmode=verify-full sslrootcert=FILE to --dsn")
  }

  private static func room(_ server: ServerFacts, _ facts: SourceFacts) -> Finding {
    let senders = "\(server.walSenders.used) of \(server.walSenders.limit) WAL senders"
    let slots = "\(server.slots.used) of \(server.slots.limit) replication slots"
    let seen = "\(slots) and \(senders) are in use"
    if facts.slot == nil, server.slots.isFull {
      return .failure(
        "room", seen, "type ALTER SYSTEM SET max_replication_slots = 20 and restart PostgreSQL, or drop a slot")
    }
    if facts.slot?.isActive != true, server.walSenders.isFull {
      return .failure("room", seen, "type ALTER SYSTEM SET max_wal_senders = 20 and restart PostgreSQL")
    }
    guard server.slots.isFull || server.walSenders.isFull else { return .ok("room", seen) }
    return .warning("room", seen, "raise max_replication_slots and max_wal_senders: a repair needs one more of each")
  }

  private static func keptLog(_ server: ServerFacts, _ slot: SourceFacts.Slot?, _ source: SourceSettings) -> Finding {
    let kept = slot?.retainedBytes ?? 0
    guard let limit = server.keptLogLimitBytes else {
      let seen = "nothing limits the log that a slot keeps, \(megabytes(kept)) now"
      return .warning(
        "kept log", "\(seen): a relay that is away fills the disk",
        "type ALTER SYSTEM SET max_slot_wal_keep_size = '50GB' (less than the disk has), then SELECT pg_reload_conf()")
    }
    let seen = "slot \(source.slot) keeps \(megabytes(kept)) of log, of \(megabytes(limit)) at most"
    guard kept > limit / 2 else { return .ok("kept log", seen) }
    return .warning("kept log", seen, "start its relay, or raise max_slot_wal_keep_size: past it the slot is lost")
  }

  private static func lag(_ slot: SourceFacts.Slot?) -> [Finding] {
    guard let slot else { return [] }
    return [.ok("lag", "the slot is \(megabytes(slot.lagBytes)) behind")]
  }

  private static func timeout(_ milliseconds: Int, _ user: String) -> Finding {
    let seen = milliseconds == 0 ? "wal_sender_timeout is off" : "wal_sender_timeout is \(milliseconds) ms"
    if milliseconds == 0 || milliseconds > 120_000 {
      return .warning(
        "wal_sender_timeout", "\(seen): a relay that vanished keeps its slot busy as long",
        "type ALTER ROLE \(user) SET wal_sender_timeout = '15s'")
    }
    guard milliseconds < 2_000 else { return .ok("wal_sender_timeout", seen) }
    return .warning(
      "wal_sender_timeout", "\(seen): a short pause ends the stream",
      "type ALTER ROLE \(user) SET wal_sender_timeout = '15s'")
  }

  private static func clock(_ seconds: Double) -> Finding {
    let rounded = (abs(seconds) * 10).rounded() / 10
    guard abs(seconds) > 1 else { return .ok("clock", "this host's clock and the server's agree within a second") }
    return .warning(
      "clock", "the server's clock is \(rounded) s \(seconds > 0 ? "ahead of" : "behind") this host's",
      "synchronise both (apt install chrony); latencies and times to come are wrong until then")
  }
}

/// The outbox that `bongsu migrate outbox` made.
extension ServerCheck {
  private static func outbox(_ outbox: ServerFacts.Outbox, user: String) -> [Finding] {
    let rights: Finding =
      outbox.mayRegister
      ? .ok("grants", "\(user) may register its slot" + (outbox.mayMaintain ? " and maintain" : ""))
      : .warning(
        "grants", "\(user) may not register its slot, so outbox.maintain drops no day",
        "type GRANT outbox_relay TO \(user)")
    return [rights] + outbox.rights.map(trace) + outbox.tables.flatMap { [days($0), strays($0), backfill($0, user)] }
  }

  private static func days(_ table: ServerFacts.Table) -> Finding {
    let remedy = "type SELECT * FROM outbox.maintain(), and have it run every hour (relay.maintenance, or cron)"
    guard table.daysAhead >= 0 else {
      return .failure("days", "\(table.name) has no partition for today; rows go to its default one", remedy)
    }
    let seen = "\(table.name) has partitions for \(table.daysAhead) days ahead"
    return table.daysAhead < 7 ? .warning("days", seen, remedy) : .ok("days", seen)
  }

  private static func strays(_ table: ServerFacts.Table) -> Finding {
    switch table.hasStrays {
    case false: .ok("strays", "the default partition of \(table.name) is empty")
    case true:
      .warning("strays", "the default partition of \(table.name) holds rows", "type SELECT * FROM outbox.maintain()")
    default:
      .warning(
        "strays", "the default partition of \(table.name) may hold rows, which this user may not see",
        "type SELECT * FROM outbox.maintain(), and VACUUM \(table.name)_default once it is empty")
    }
  }

  private static func backfill(_ table: ServerFacts.Table, _ user: String) -> Finding {
    guard !table.maySelect else {
      return .ok("backfill", "\(user) may read \(table.name) for --create-slot and repair")
    }
    return .ok(
      "backfill",
      "\(user) may not read \(table.name), as streaming needs no right to; before --create-slot or relay repair type "
        + SQLGrant.select(on: table.name, of: "outbox", to: user))
  }

  private static func trace(_ table: OutboxRights) -> Finding {
    guard !table.maySeeRows else {
      return .ok("trace", "\(table.user) may see the ids in \(table.name) for trace and audit")
    }
    return .ok(
      "trace",
      "\(table.user) may not see the ids in \(table.name), as streaming needs no right to; for trace and audit "
        + "\(table.grantToSeeRows)")
  }

  private static func megabytes(_ bytes: Int) -> String {
    bytes < 10 << 20 ? "\(max(0, bytes) / 1_024) KiB" : "\(bytes >> 20) MiB"
  }
}
