import LocalServers
import TestSupport
import Testing

extension Scenarios {
  @Suite struct RepairTests {
    @Test(arguments: Soak.seeds)
    func `a slot dropped under load is repaired and nothing is missing`(seed: UInt64) throws {
      try Scenario.play("set-up: slot dropped under load, repaired", seed, duplicates: .none) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try load.wait(commits: 200)
          scene.relay.kill()
          try scene.dropSlot()
          try load.wait(commits: 200)
          try scene.repair()
          try load.wait(commits: 200)
          try scene.startRelay()
        }
        try scene.settle()
      }
    }

    @Test func `rows written while their table was out of the publication are found by a repair`() throws {
      let name = "set-up: table out of the publication, repaired"
      try Scenario.play(name, duplicates: .none, isOrdered: false) { scene in
        try scene.startRelay()
        try scene.insert(rows: 50)
        try scene.settle()
        try scene.database.run("ALTER PUBLICATION bongsu DROP TABLE outbox.event")
        try scene.insert(rows: 30, from: 51)
        try scene.database.run("ALTER PUBLICATION bongsu ADD TABLE outbox.event")
        try scene.insert(rows: 20, from: 81)
        try scene.settle()
        #expect(try scene.relay.terminate().isSuccess)
        #expect(try scene.repair(["--dry-run"]).contains { $0.contains("missing 30") })
        #expect(try scene.repair(["--replace-slot"]).contains { $0.contains("sent 30") })
        try scene.startRelay()
        try scene.insert(rows: 10, from: 101)
        try scene.settle()
      }
    }

    @Test func `of several sources the sound ones are passed over, and none is replaced unless it is named`() throws {
      var setup = Scenario.Setup()
      setup.tables = 2
      setup.makesSlot = false
      setup.flags = ["--set", "relay.outboxTables=2"]
      try Scenario.play("set-up: one slot of two repaired", 1, setup, duplicates: .none) { scene in
        try scene.database.makeSlot(scene.slots[0])
        for _ in 0..<20 { try scene.database.run("SELECT outbox.enqueue('order', gen_random_uuid()::text, 't', '{}')") }
        let repaired = try scene.repairAll()
        #expect(repaired.exit.isSuccess, "\(repaired.lines)")
        #expect(repaired.lines.contains { $0.contains("slot \(scene.slots[0]) is there and not lost, passed over") })
        #expect(repaired.lines.contains { $0.contains("slot \(scene.slots[1]) made") })
        let refused = try scene.repairAll(["--replace-slot"])
        #expect(refused.exit == .code(2))
        #expect(refused.lines.contains { $0.contains("choose one by --source NAME") }, "\(refused.lines)")
        try scene.startRelay()
        try scene.settle()
      }
    }
  }
}
