import Foundation
import LocalServers
import Postgres
import TestSupport

/// What happens in a play.
extension Scenario {
  var relay: DaemonProcess { relays[relays.count - 1] }

  /// Starts a relay and waits until it streams.
  func startRelay(_ flags: [String] = [], ofTable number: Int = 1) throws {
    try launchRelay(flags, ofTable: number)
    try relay.waitUntilReady()
  }

  /// Starts a relay, whatever becomes of it.
  /// - Parameter number: of the outbox table that it reads, where each has a relay of its own.
  func launchRelay(_ flags: [String] = [], conninfo: String? = nil, ofTable number: Int = 1) throws {
    relays.append(try DaemonProcess(relayArguments(flags, conninfo, number) + ["--listen", "127.0.0.1:0"]))
  }

  /// Starts one whose outputs go to a path, and waits until it streams.
  func startRelay(log: String) throws {
    relays.append(try DaemonProcess(relayArguments([], nil, 1), log: log))
    try relay.waitUntilReady()
  }

  private func relayArguments(_ flags: [String], _ conninfo: String?, _ number: Int) -> [String] {
    let way = setup.isProxied
    let direct = conninfo ?? database.conninfo
    let dsn = way ? direct.replacing("port=\(stage.postgres.port)", with: "port=\(stage.wayToPostgres.port)") : direct
    let servers = way ? "127.0.0.1:\(stage.wayToKafka.port)" : setup.bootstrapServers ?? stage.kafka.bootstrapServers
    return ["relay"] + source(dsn: dsn, servers: servers, number) + setup.flags + flags
  }

  private func source(dsn: String, servers: String, _ number: Int = 1) -> [String] {
    let publication = number > 1 ? "bongsu_\(number)" : "bongsu"
    return [
      "--dsn", dsn, "--slot", slots[number - 1], "--publication", publication, "--bootstrap-servers", servers,
      "--topic", topic, "--parked-topic", parkedTopic,
    ]
  }

  /// Repairs the slot, whose relay must be gone; what the command printed.
  @discardableResult
  func repair(_ flags: [String] = [], conninfo: String? = nil) throws -> [String] {
    let arguments = source(dsn: conninfo ?? database.conninfo, servers: stage.kafka.bootstrapServers)
    let (exit, lines) = try BongsuProcess.run(["relay", "repair"] + arguments + flags, timeout: .seconds(120))
    guard exit.isSuccess else { throw NeverHappened(description: "repair: \(exit): \(lines)") }
    return lines
  }

  /// The same for all sources at once, which must not be named by their slots.
  func repairAll(_ flags: [String] = []) throws -> (exit: ChildExit, lines: [String]) {
    let arguments = [
      "relay", "repair", "--dsn", database.conninfo, "--bootstrap-servers", stage.kafka.bootstrapServers, "--topic",
      topic,
      "--parked-topic", parkedTopic, "--set", "relay.slot=\(slot)",
    ]
    return try BongsuProcess.run(arguments + setup.flags + flags, timeout: .seconds(120))
  }

  /// Drops the slot, as soon as PostgreSQL has seen that its relay is gone.
  func dropSlot() throws {
    try eventually("the slot is dropped") {
      try database.scalar("SELECT pg_drop_replication_slot($1)", [.text(slot)])
      return true
    }
  }

  /// Kills the relay and starts another in its place.
  func killRelay() throws {
    relay.kill()
    try startRelay()
  }

  /// Runs `body` while services write; then ends them behind whole transactions.
  /// - Parameter pause: milliseconds between two transactions of a writer; more where a server has to start meanwhile.
  func underLoad(pause: Int32 = 2, _ body: (OutboxLoad) throws -> Void) throws {
    let load = OutboxLoad(
      try database.settings, pauseMilliseconds: pause, seed: seed,
      table: setup.tables > 1 ? nil : setup.table)
    do {
      try load.wait(commits: 50)
      try body(load)
      try load.wait(commits: 50)
    } catch {
      // Who waits for a server that stands still never stops.
      stage.recover()
      load.stop()
      throw error
    }
    load.stop()
  }

  /// A fault again and again, at moments that the seed chooses: on a quiet machine every second or two.
  /// - Parameter commits: how many go by before each, at most.
  func again(_ times: Int, under load: OutboxLoad, within commits: Int = 1_000, _ fault: () throws -> Void) throws {
    for _ in 0..<times {
      try load.wait(commits: Int.random(in: 1...commits, using: &random))
      try fault()
    }
  }

  /// Waits until everything written so far is confirmed and nothing is open, without help.
  func settle(within limit: Duration = .seconds(120)) throws {
    let connection = try database.connect()
    let end = try connection.execute("SELECT pg_current_wal_lsn()").scalar ?? ""
    try eventually("the slot has confirmed all", within: limit) {
      try connection.execute(
        "SELECT bool_and(confirmed_flush_lsn >= $1::pg_lsn) FROM pg_replication_slots "
          + "WHERE database = current_database()", [.text(end)]
      ).scalar == "t"
    }
    for relay in relays where relay === self.relay || relay.bongsu.process.exit == nil {
      try eventually("nothing is unaccounted for") {
        let samples = try relay.metrics()
        return samples.sum("bongsu_relay_unaccounted_rows") == 0 && samples.sum("bongsu_relay_lag_seconds") == 0
      }
    }
  }

  /// Waits until Kafka has acknowledged so many rows to the present relay, or where that is asked, its slot is there.
  func waitUntil(acknowledged rows: Double, orSlotIsThere: Bool = false) throws {
    try eventually("\(Int(rows)) rows are acknowledged", within: .seconds(120)) {
      if orSlotIsThere, try slotStatus() != nil { return true }
      return try relay.metrics().sum("bongsu_relay_acknowledged_total") >= rows
    }
  }
}

extension Scenario {
  /// Many rows of one statement, and so of one transaction, over ten keys; header `n` rises from `first`.
  func insert(rows: Int, from first: Int = 1) throws { try database.run(bulk(rows: rows, from: first)) }

  func bulk(rows: Int, from first: Int = 1) -> String {
    """
    INSERT INTO \(setup.table) (id, aggregatetype, aggregateid, type, payload, headers, created_at)
    SELECT gen_random_uuid(), 'order', 'bulk-' || n % 10, 'order.made', '{"note": "bulk"}',
      jsonb_build_object('n', n::text), now() + n * interval '1 microsecond'
    FROM generate_series(\(first), \(first + rows - 1)) n
    """
  }

  /// One row; its id. `payload` and `headers` are JSON.
  @discardableResult
  func insert(key: String = "k", payload: String = "{}", headers: String? = nil) throws -> String {
    try database.scalar(
      "INSERT INTO \(setup.table) (id, aggregatetype, aggregateid, type, payload, headers) "
        + "VALUES (gen_random_uuid(), 'order', $1, 'order.made', $2, $3) RETURNING id",
      [.text(key), .text(payload), headers.map { .text($0) } ?? .null]) ?? ""
  }

  /// The topic's record of an event.
  func record(_ id: String) throws -> TopicReader.Record {
    guard let record = try reader.records().first(where: { $0.header("id") == id }) else {
      throw NeverHappened(description: "no record of \(id)")
    }
    return record
  }

  /// The slot's `wal_status`; nil when there is no such slot.
  func slotStatus() throws -> String? {
    try database.scalar("SELECT wal_status FROM pg_replication_slots WHERE slot_name = $1", [.text(slot)])
  }
}

extension Scenario {
  /// As `insert(rows:from:)`, by COPY: all rows share one position in the log.
  func copy(rows: Int, from first: Int) throws {
    let sql = "COPY \(setup.table) (id, aggregatetype, aggregateid, type, payload, headers) FROM STDIN"
    try database.connect().copyIn(sql) { write in
      for n in first..<first + rows {
        let id = UUID().uuidString
        try write(id + "\torder\tbulk-\(n % 10)\torder.made\t{\"note\": \"copied\"}\t{\"n\": \"\(n)\"}\n")
      }
    }
  }
}
