import LocalServers
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

    @Test(arguments: Soak.seeds)
    func `four tables, four relays: order per key holds while one of them is killed and the others go on`(
      seed: UInt64
    ) throws {
      var setup = Scenario.Setup()
      setup.tables = 4
      try Scenario.play("data: four relays of four tables", seed, setup) { scene in
        var running: [Int: DaemonProcess] = [:]
        for number in 1...4 {
          try scene.startRelay(ofTable: number)
          running[number] = scene.relay
        }
        try scene.underLoad { load in
          for _ in 0..<Soak.choose(2, soak: 10) {
            let number = Int.random(in: 1...4, using: &scene.random)
            try scene.again(1, under: load, within: 300) { running[number]?.kill() }
            try load.wait(commits: 100)
            try scene.startRelay(ofTable: number)
            running[number] = scene.relay
          }
        }
        try scene.settle()
        #expect(scene.relays.count { $0.bongsu.process.exit == nil } == 4)
        for table in ["event", "event_2", "event_3", "event_4"] {
          #expect(try scene.database.scalar("SELECT count(*) > 0 FROM outbox.\(table)") == "t")
        }
      }
    }
  }
}
