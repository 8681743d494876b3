import LocalServers
import TestSupport
import Testing

extension Scenarios {
  @Suite struct KafkaFaults {
    @Test(arguments: [false, true], Soak.seeds)
    func `the broker stops under load and starts again`(isKilled: Bool, seed: UInt64) throws {
      try Scenario.play("kafka: \(isKilled ? "kill -9" : "SIGTERM") and start", seed, duplicates: .flight) { scene in
        try scene.startRelay()
        try scene.underLoad(pause: 20) { load in
          try scene.again(Soak.choose(1, soak: 4), under: load, within: 100) {
            try scene.stage.kafka.stop(kill: isKilled)
            try load.wait(commits: 100)
            try scene.stage.kafka.start()
          }
        }
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `the broker stands still for less than a request may take`(seed: UInt64) throws {
      try Scenario.play("kafka: SIGSTOP", seed, duplicates: .none) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(1, under: load) { pauseKafka(scene, Soak.choose(.seconds(1), soak: .seconds(20))) }
        }
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `the broker stands still for longer than a request may take`(seed: UInt64) throws {
      var setup = Scenario.Setup()
      setup.flags = [
        "--set", "kafka.properties.request.timeout.ms=\(Soak.choose(1_000, soak: 10_000))", "--set",
        "kafka.properties.socket.timeout.ms=\(Soak.choose(1_500, soak: 12_000))",
      ]
      try Scenario.play("kafka: SIGSTOP past time-outs", seed, setup, duplicates: .flight) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(1, under: load) { pauseKafka(scene, Soak.choose(.seconds(4), soak: .seconds(30))) }
        }
        try scene.settle()
      }
    }

    @Test func `a relay that starts before the broker waits for it and says so`() throws {
      try Scenario.play("kafka: away at the relay's start", duplicates: .none) { scene in
        try scene.stage.kafka.stop()
        try scene.launchRelay()
        try scene.insert(rows: 100)
        try scene.relay.waitForProblem("Kafka")
        try scene.stage.kafka.start()
        try scene.relay.waitUntilReady()
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `while the broker is away memory stays bounded, and what piled up is sent in order`(seed: UInt64) throws {
      try Scenario.play("kafka: away, log piles up", seed, duplicates: .flight) { scene in
        try scene.startRelay()
        try scene.underLoad(pause: 20) { load in
          try scene.again(1, under: load, within: 100) {
            try scene.stage.kafka.stop(kill: true)
            try scene.insert(rows: Soak.choose(20_000, soak: 1_000_000))
            // Longer than the minute of silence after which a connection counts as dead.
            pass(Soak.choose(.seconds(1), soak: .seconds(90)))
            try load.wait(commits: 100)
            try scene.stage.kafka.start()
          }
        }
        try scene.settle(within: .seconds(600))
        #expect(try scene.relay.peakMemory() < 200 << 20)
        #expect(try scene.relay.metrics().sum("bongsu_relay_reconnects_total", where: #"side="postgres""#) == 0)
      }
    }

    /// The server gives up who has not answered it for two seconds, as the end of the play shows.
    @Test func `while the flight is full and nothing is read, PostgreSQL is answered in time`() throws {
      var setup = Scenario.Setup()
      setup.stage = try Stage(postgres: ["wal_sender_timeout": "2s"])
      let reconnects = { (scene: Scenario) in
        try scene.relay.metrics().sum("bongsu_relay_reconnects_total", where: #"side="postgres""#)
      }
      try Scenario.play("kafka: away for longer than wal_sender_timeout", 1, setup, duplicates: .flight) { scene in
        try scene.startRelay()
        try scene.insert(rows: 10)
        try scene.settle()
        try scene.stage.kafka.stop()
        try scene.insert(rows: 40_000, from: 11)
        try eventually("the flight is full") {
          try scene.relay.metrics().sum("bongsu_relay_rows_total") >= 10 + 16_384
        }
        pass(Soak.choose(.seconds(6), soak: .seconds(30)))
        #expect(try reconnects(scene) == 0)
        try scene.stage.kafka.start()
        try scene.settle()
        #expect(try reconnects(scene) == 0)
        scene.relay.stopInItsTracks()
        pass(.seconds(5))
        scene.relay.goOn()
        try eventually("who answers nothing is given up") { try reconnects(scene) > 0 }
        try scene.settle()
      }
    }

    @Test func `a relay that is asked to stop while the broker is away leaves in time, and the next one sends all`()
      throws
    {
      try Scenario.play("kafka: away, then relay SIGTERM", duplicates: .flight) { scene in
        try scene.startRelay()
        try scene.underLoad(pause: 20) { load in
          try scene.stage.kafka.stop()
          try load.wait(commits: 100)
          #expect(try scene.relay.terminate() == .code(0))
          try scene.stage.kafka.start()
          try scene.startRelay()
        }
        try scene.settle()
      }
    }

    private func pauseKafka(_ scene: Scenario, _ duration: Duration) {
      scene.stage.kafka.pause()
      pass(duration)
      scene.stage.kafka.resume()
    }
  }
}
