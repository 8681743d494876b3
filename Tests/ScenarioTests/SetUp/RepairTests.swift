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
  }
}
