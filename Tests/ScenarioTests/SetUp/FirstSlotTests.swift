import TestSupport
import Testing

extension Scenarios {
  @Suite struct FirstSlotTests {
    private static var withoutSlot: Scenario.Setup {
      var setup = Scenario.Setup()
      setup.makesSlot = false
      setup.flags = ["--create-slot"]
      return setup
    }

    @Test func `rows older than the slot are sent when it is made, and once`() throws {
      try Scenario.play("set-up: rows older than the slot", 1, Self.withoutSlot, duplicates: .none) { scene in
        try scene.insert(rows: 2_000)
        try scene.startRelay()
        try scene.underLoad { _ in }
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `a relay killed while it makes its slot begins again and leaves nothing behind`(seed: UInt64) throws {
      let rows = Soak.choose(60_000, soak: 400_000)
      try Scenario.play("set-up: kill -9 while the slot is made", seed, Self.withoutSlot, duplicates: .any) { scene in
        try scene.insert(rows: rows)
        for _ in 0..<2 {
          try scene.launchRelay()
          let share = Double.random(in: 1...Double(rows / 4), using: &scene.random)
          // A relay that was faster than the look at it has its slot, and then nothing to send after the next start.
          try scene.waitUntil(acknowledged: share, orSlotIsThere: true)
          scene.relay.kill()
        }
        try scene.startRelay()
        try scene.underLoad { _ in }
        try scene.settle()
        let slots = "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"
        #expect(try scene.database.scalar(slots) == "1")
      }
    }
  }
}
