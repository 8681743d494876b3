import LocalServers
import TestSupport
import Testing

extension Scenarios {
  @Suite struct RelayFaults {
    @Test(arguments: Soak.seeds)
    func `a relay killed at any moment under load loses nothing`(seed: UInt64) throws {
      try Scenario.play("relay: kill -9", seed) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(Soak.choose(3, soak: 20), under: load) { try scene.killRelay() }
        }
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `a relay that is asked to stop under load finishes its work, so that nothing comes twice`(seed: UInt64) throws
    {
      try Scenario.play("relay: SIGTERM", seed, duplicates: .none) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(Soak.choose(3, soak: 15), under: load) {
            #expect(try scene.relay.terminate() == .code(0))
            try scene.startRelay()
          }
        }
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `a relay that stands still for a while goes on where it was`(seed: UInt64) throws {
      try Scenario.play("relay: SIGSTOP", seed, duplicates: .none) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(Soak.choose(2, soak: 3), under: load) {
            scene.relay.stopInItsTracks()
            pass(Soak.pause)
            scene.relay.goOn()
          }
        }
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `a second relay on the slot stands by and takes over when the first is killed`(seed: UInt64) throws {
      try Scenario.play("relay: standby takes over", seed) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(Soak.choose(1, soak: 5), under: load) {
            let first = scene.relay
            try scene.launchRelay()
            try eventually("the second stands by") {
              try scene.relay.metrics().sum("bongsu_relay_state", where: #"state="standby""#) == 1
            }
            #expect(try scene.relay.problem() == nil)
            first.kill()
            try scene.waitUntil(acknowledged: 1)
          }
        }
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `a relay killed inside a large transaction sends it again as a whole`(seed: UInt64) throws {
      let rows = Soak.choose(20_000, soak: 200_000)
      try Scenario.play("relay: kill -9 inside a large transaction", seed, duplicates: .any) { scene in
        try scene.startRelay()
        try scene.insert(rows: rows)
        for _ in 0..<Soak.choose(2, soak: 5) {
          try scene.waitUntil(acknowledged: Double.random(in: 1...Double(rows / 2), using: &scene.random))
          try scene.killRelay()
        }
        try scene.settle()
      }
    }
  }
}
