import LocalServers
import Postgres
import TestSupport
import Testing

extension Scenarios {
  @Suite struct TransactionTests {
    @Test(arguments: Soak.seeds)
    func `rows of a COPY share one position, and a relay killed among them loses none`(seed: UInt64) throws {
      try Scenario.play("data: COPY and multi-row inserts", seed, duplicates: .any) { scene in
        try scene.startRelay()
        let rows = Soak.choose(5_000, soak: 50_000)
        for round in 0..<2 {
          try scene.copy(rows: rows, from: round * rows + 1)
          try scene.waitUntil(acknowledged: Double.random(in: 1...Double(rows / 2), using: &scene.random))
          try scene.killRelay()
        }
        try scene.insert(rows: rows, from: 2 * rows + 1)
        try scene.database.run(
          "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '\(scene.slot)'")
        try scene.settle()
      }
    }

    @Test func `a transaction of many rows goes through in bounded memory`() throws {
      try Scenario.play("data: one large transaction", duplicates: .none) { scene in
        try scene.startRelay()
        try scene.insert(rows: Soak.choose(50_000, soak: 1_000_000))
        try scene.settle(within: .seconds(600))
        #expect(try scene.relay.peakMemory() < 128 << 20)
      }
    }

    @Test func `what a savepoint took back is not sent, what it kept is`() throws {
      try Scenario.play("data: savepoints", duplicates: .none) { scene in
        try scene.startRelay()
        for round in 0..<20 {
          let first = round * 100 + 1
          try scene.database.run(
            """
            BEGIN; \(scene.bulk(rows: 10, from: first)); SAVEPOINT a; \(scene.bulk(rows: 10, from: first + 10));
            SAVEPOINT b; \(scene.bulk(rows: 10, from: first + 20)); ROLLBACK TO b;
            \(scene.bulk(rows: 10, from: first + 30)); RELEASE a; SAVEPOINT c;
            \(scene.bulk(rows: 10, from: first + 40)); ROLLBACK TO c; COMMIT
            """)
        }
        try scene.settle()
        #expect(try scene.verdict().committed == 600)
      }
    }

    @Test func `a prepared transaction is sent when it is committed, and not when it is rolled back`() throws {
      try Scenario.play("data: prepared transactions", duplicates: .any) { scene in
        try scene.startRelay()
        for (name, first) in [("kept", 1), ("undone", 11)] {
          try scene.database.run(
            "BEGIN; \(scene.bulk(rows: 10, from: first)); PREPARE TRANSACTION '\(scene.slot)-\(name)'")
        }
        for _ in 0..<5 { try scene.insert(key: "between") }
        try scene.settle()
        #expect(try scene.reader.records().count == 5)
        try scene.killRelay()
        try scene.database.run("COMMIT PREPARED '\(scene.slot)-kept'")
        try scene.database.run("ROLLBACK PREPARED '\(scene.slot)-undone'")
        try scene.settle()
        #expect(try scene.verdict().delivered == 15)
      }
    }

    @Test func `an idle outbox beside a busy table does not keep the log`() throws {
      try Scenario.play("data: idle outbox beside a busy table", duplicates: .none) { scene in
        try scene.startRelay()
        try scene.insert()
        try scene.database.run("CREATE TABLE busy (n int, filler text)")
        for _ in 0..<5 {
          try scene.database.run("INSERT INTO busy SELECT n, repeat('x', 500) FROM generate_series(1, 5000) n")
        }
        try scene.settle()
      }
    }

    @Test func `rows of a stray day come once, though maintenance moves them`() throws {
      try Scenario.play("data: stray moved by maintenance", duplicates: .none) { scene in
        try scene.startRelay()
        try scene.database.run(
          "\(scene.bulk(rows: 50)); "
            + "INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, created_at) "
            + "SELECT gen_random_uuid(), 'order', 'stray', 'order.made', '{}', now() + interval '20 days' "
            + "FROM generate_series(1, 20)")
        #expect(try scene.database.scalar("SELECT count(*) FROM outbox.event_default") == "20")
        // The relay runs maintenance at its start as well, and two at a time do not wait for each other.
        try eventually("the strays are in their day") {
          try scene.database.scalar("SELECT count(*) FROM outbox.maintain()")
          return try scene.database.scalar("SELECT count(*) FROM outbox.event_default") == "0"
        }
        try scene.insert()
        try scene.settle()
      }
    }

    @Test func `a day is kept until the slot has confirmed past it`() throws {
      try Scenario.play("data: unconfirmed day", duplicates: .none) { scene in
        try scene.database.run(
          "INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, created_at) "
            + "VALUES (gen_random_uuid(), 'order', 'k', 'order.made', '{}', now() - interval '9 days')")
        try scene.database.run("SELECT outbox.register_slot('\(scene.slot)')")
        let verdict =
          "SELECT action FROM outbox.maintain('1 day') WHERE object = 'event_' "
          + "|| to_char(now() AT TIME ZONE 'UTC' - interval '9 days', 'YYYYMMDD') AND action <> 'created'"
        #expect(try scene.database.scalar(verdict) == "kept")
        // Its own maintenance would drop the day, and the row with it, before the oracle has looked.
        try scene.startRelay(["--set", "relay.maintenance.interval=0"])
        try scene.settle()
        // Taken back, so that the oracle can still see the row.
        let connection = try scene.database.connect()
        try connection.run(script: "BEGIN")
        #expect(try connection.execute(verdict).scalar == "dropped")
        try connection.run(script: "ROLLBACK")
      }
    }
  }
}
