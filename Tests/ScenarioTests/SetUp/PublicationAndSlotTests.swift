import LocalServers
import TestSupport
import Testing

extension Scenarios {
  @Suite struct PublicationAndSlotTests {
    @Test func `a dropped publication stops the relay, which says what to do, also once it is made again`() throws {
      try Scenario.play("set-up: publication dropped", duplicates: .none, absent: 1) { scene in
        try scene.startRelay()
        try scene.insert()
        try scene.settle()
        try scene.database.run("DROP PUBLICATION bongsu")
        try scene.insert()
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(scene.relay.said("publication bongsu", "bongsu relay repair"))
        try scene.launchRelay()
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(scene.relay.said("publication bongsu is missing", "CREATE PUBLICATION bongsu"))
        // The log still holds a row from when there was none: only a repair finds it.
        try scene.database.run(
          "CREATE PUBLICATION bongsu FOR TABLE outbox.event "
            + "WITH (publish = 'insert', publish_via_partition_root = true)"
        )
        try scene.launchRelay()
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(scene.relay.said("publication bongsu", "bongsu relay repair"))
      }
    }

    @Test func `a table that is taken out of the publication makes the relay not ready until it is back`() throws {
      try Scenario.play("set-up: table taken out", duplicates: .none, absent: 1) { scene in
        try scene.startRelay()
        try scene.insert()
        try scene.settle()
        try scene.database.run("ALTER PUBLICATION bongsu DROP TABLE outbox.event")
        try scene.insert()
        try scene.relay.waitForProblem("outbox.event")
        try scene.database.run("ALTER PUBLICATION bongsu ADD TABLE outbox.event")
        try scene.relay.waitUntilReady()
        // The row in between is nowhere in the stream.
        try scene.insert()
        try scene.settle()
      }
    }

    @Test func `a publication without a table is refused at start`() throws {
      try Scenario.play("set-up: publication without table", duplicates: .none) { scene in
        try scene.database.run("ALTER PUBLICATION bongsu DROP TABLE outbox.event")
        try scene.launchRelay()
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(scene.relay.said("ADD TABLE outbox.event"))
        try scene.database.run("ALTER PUBLICATION bongsu ADD TABLE outbox.event")
        try scene.startRelay()
        try scene.insert()
        try scene.settle()
      }
    }

    @Test func `a source without its slot does not stop another, and needs no restart once it has one`() throws {
      var setup = Scenario.Setup()
      setup.tables = 2
      setup.makesSlot = false
      setup.flags = ["--set", "relay.outboxTables=2"]
      try Scenario.play("set-up: one slot of two missing", 1, setup, duplicates: .none) { scene in
        try scene.database.makeSlot(scene.slots[0])
        try scene.launchRelay()
        try scene.relay.waitForProblem("\(scene.slots[1]) does not exist")
        try scene.insert()
        try scene.waitUntil(acknowledged: 1)
        try scene.database.makeSlot(scene.slots[1])
        try scene.relay.waitUntilReady()
        for _ in 0..<20 { try scene.database.run("SELECT outbox.enqueue('order', gen_random_uuid()::text, 't', '{}')") }
        try scene.settle()
      }
    }

    @Test func `a missing slot is not made by itself`() throws {
      var setup = Scenario.Setup()
      setup.makesSlot = false
      try Scenario.play("set-up: slot missing", 1, setup, duplicates: .none) { scene in
        try scene.launchRelay()
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(
          scene.relay.said("replication slot \(scene.slot) does not exist", "--create-slot", "bongsu relay repair"))
        #expect(try scene.slotStatus() == nil)
        try scene.startRelay(["--create-slot"])
        try scene.insert()
        try scene.settle()
      }
    }

    @Test func `a slot that PostgreSQL gives up while the relay stands still stops it, which says what to do`() throws {
      var setup = Scenario.Setup()
      setup.stage = try Stage(postgres: [
        "max_slot_wal_keep_size": "1MB", "max_wal_size": "32MB", "min_wal_size": "32MB",
      ])
      try Scenario.play("set-up: slot lost", 1, setup, duplicates: .none) { scene in
        try scene.startRelay()
        try scene.insert()
        try scene.settle()
        scene.relay.stopInItsTracks()
        try eventually("the slot is lost", within: .seconds(90)) {
          for _ in 0..<4 {
            try scene.database.run("SELECT pg_logical_emit_message(true, 'noise', repeat('x', 1000000))")
            try scene.database.run("SELECT pg_switch_wal()")
          }
          try scene.database.run("CHECKPOINT")
          return try scene.slotStatus() == "lost"
        }
        scene.relay.goOn()
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(scene.relay.said("replication slot \(scene.slot) is lost", "bongsu relay repair"))
      }
    }

    @Test func `wal_level too low is said, with what to type`() throws {
      var setup = Scenario.Setup()
      setup.stage = try Stage(postgres: ["wal_level": "replica"])
      setup.makesSlot = false
      try Scenario.play("set-up: wal_level too low", 1, setup, duplicates: .none, absent: 1) { scene in
        try scene.insert()
        try scene.launchRelay()
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(scene.relay.said("ALTER SYSTEM SET wal_level = logical"))
      }
    }
  }
}
