import Glibc
import LocalServers
import Postgres
import TestSupport
import Testing

extension Scenarios {
  @Suite struct PostgresFaults {
    @Test(arguments: [PostgresServer.StopMode.fast, .immediate, .kill], Soak.seeds)
    func `PostgreSQL stops under load and starts again`(mode: PostgresServer.StopMode, seed: UInt64) throws {
      try Scenario.play("postgres: \(mode) stop and start", seed) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(Soak.choose(1, soak: 4), under: load) {
            try scene.stage.postgres.stop(mode)
            pass(Soak.choose(.milliseconds(300), soak: .seconds(10)))
            try scene.stage.postgres.start()
          }
        }
        try scene.settle()
        #expect(try scene.relay.metrics().sum("bongsu_relay_reconnects_total", where: #"side="postgres""#) > 0)
      }
    }

    @Test(arguments: Soak.seeds)
    func `PostgreSQL stands still for a while`(seed: UInt64) throws {
      try Scenario.play("postgres: SIGSTOP", seed, duplicates: .none) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(Soak.choose(1, soak: 3), under: load) {
            scene.stage.postgres.pause()
            pass(Soak.pause)
            scene.stage.postgres.resume()
          }
        }
        try scene.settle()
      }
    }

    @Test(arguments: Soak.seeds)
    func `the walsender is terminated under load`(seed: UInt64) throws {
      try Scenario.play("postgres: walsender terminated", seed, duplicates: .none) { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          try scene.again(Soak.choose(3, soak: 20), under: load) {
            try scene.database.run(
              "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '\(scene.slot)'")
          }
        }
        try scene.settle()
      }
    }

    /// PostgreSQL ends all its other processes then and recovers, as after a crash.
    @Test(arguments: Soak.seeds)
    func `the walsender alone is killed under load`(seed: UInt64) throws {
      try Scenario.play("postgres: kill -9 of the walsender", seed) { scene in
        try scene.startRelay()
        let sender = "SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1"
        let started = "SELECT min(backend_start) FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
        try scene.underLoad { load in
          try scene.again(Soak.choose(2, soak: 10), under: load) {
            var process: Int32?
            try eventually("the slot is read") {
              process = try scene.database.scalar(sender, [.text(scene.slot)]).flatMap { Int32($0) }
              return process != nil
            }
            let before = try scene.database.scalar(started)
            kill(try #require(process), SIGKILL)
            try eventually("PostgreSQL has begun anew") { try scene.database.scalar(started) != before }
          }
        }
        try scene.settle()
        #expect(try scene.relay.metrics().sum("bongsu_relay_reconnects_total", where: #"side="postgres""#) > 0)
      }
    }

    @Test func `a relay that is asked to stop while PostgreSQL stands still does not wait for it`() throws {
      try Scenario.play("postgres: SIGSTOP, then relay SIGTERM") { scene in
        try scene.startRelay()
        try scene.underLoad { load in
          scene.stage.postgres.pause()
          // By then the connection that watches the slot waits for an answer as well.
          pass(.seconds(6))
          #expect(try scene.relay.terminate() == .code(0))
          scene.stage.postgres.resume()
          try scene.startRelay()
        }
        try scene.settle()
      }
    }
  }
}
