import LocalServers
import Postgres
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

    @Test func `a log-in that may not read the tables is told what to grant, and goes on once it is granted`() throws {
      try Scenario.play("set-up: tables that may not be read", 1, Self.withoutSlot, duplicates: .none) { scene in
        let role = scene.slot + "_relay"
        try scene.database.run("CREATE ROLE \(role) LOGIN REPLICATION PASSWORD 'right'")
        defer { try? scene.database.run("DROP OWNED BY \(role); DROP ROLE \(role)") }
        try scene.insert(rows: 20)
        let conninfo = scene.stage.postgres.conninfo(database: scene.database.name, password: "right")
          .replacing("user=\(PostgresServer.user)", with: "user=\(role)")
        try scene.launchRelay(conninfo: conninfo)
        let grants = "GRANT USAGE ON SCHEMA outbox TO \(role); GRANT SELECT ON outbox.event TO \(role)"
        try scene.relay.waitForProblem(grants)
        let slots = "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"
        #expect(try scene.database.scalar(slots) == "0")
        try scene.database.run(grants)
        try scene.relay.waitUntilReady()
        try scene.insert(rows: 10, from: 21)
        try scene.settle()
      }
    }

    @Test func `while older transactions keep the slot from being made, the relay is alive, not ready, and says why`()
      throws
    {
      try Scenario.play("set-up: slot waits for transactions", 1, Self.withoutSlot, duplicates: .none) { scene in
        try scene.insert(rows: 20)
        let open = try scene.database.connect()
        try open.run(script: "BEGIN; CREATE TABLE held ()")
        let process = try open.execute("SELECT pg_backend_pid()").scalar ?? ""
        try scene.launchRelay()
        try scene.relay.waitForProblem("waiting for transactions that began before 20")
        #expect(try scene.relay.problem()?.contains("at present that of process \(process), begun 20") == true)
        #expect(try scene.relay.isAlive())
        #expect(try scene.relay.metrics().sum("bongsu_relay_state", where: #"state="connecting""#) == 1)
        try open.run(script: "COMMIT")
        try scene.relay.waitUntilReady()
        try scene.insert(rows: 10, from: 21)
        try scene.settle()
        #expect(scene.relay.lines.count { $0.contains("waiting for transactions") } == 1)
      }
    }

    @Test func `a relay stopped while its slot waits ends at once and leaves no slot behind`() throws {
      try Scenario.play("set-up: stopped while the slot waits", 1, Self.withoutSlot, duplicates: .none) { scene in
        try scene.insert(rows: 20)
        let open = try scene.database.connect()
        try open.run(script: "BEGIN; CREATE TABLE held ()")
        try scene.launchRelay()
        try scene.relay.waitForProblem("waiting for transactions")
        #expect(try scene.relay.terminate().isSuccess)
        #expect(!scene.relay.said("still waits for a server"))
        #expect(try scene.database.scalar("SELECT count(*) FROM pg_replication_slots WHERE temporary") == "0")
        try open.run(script: "ROLLBACK")
        try scene.startRelay()
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
