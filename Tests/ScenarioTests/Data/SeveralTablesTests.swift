import TestSupport
import Testing

extension Scenarios {
  @Suite struct SeveralTablesTests {
    @Test(arguments: Soak.seeds)
    func `four tables, four slots: order per key holds, also when the relay is killed`(seed: UInt64) throws {
      var setup = Scenario.Setup()
      setup.tables = 4
      setup.flags = ["--set", "relay.outboxTables=4"]
      try Scenario.play("data: four outbox tables", seed, setup) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(2, under: load, within: 300) { try scene.killRelay() }
        }
        try scene.settle()
        for table in ["event", "event_2", "event_3", "event_4"] {
          #expect(try scene.database.scalar("SELECT count(*) > 0 FROM outbox.\(table)") == "t")
        }
      }
    }
  }
}
