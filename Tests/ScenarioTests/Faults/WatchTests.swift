import LocalServers
import Postgres
import TestSupport
import Testing

extension Scenarios {
  /// What a relay does beside its stream.
  @Suite struct WatchTests {
    /// Who wrote the records of a stretch of the log.
    private func log(_ scene: Scenario, from start: String, to end: String) throws -> [String] {
      let sql = "SELECT resource_manager FROM pg_get_wal_records_info($1, $2)"
      return try scene.database.connect().execute(sql, [.text(start), .text(end)]).column.compactMap { $0 }
    }

    private func confirmed(_ scene: Scenario) throws -> String {
      let sql = "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = $1"
      return try #require(try scene.database.scalar(sql, [.text(scene.slot)]))
    }

    @Test func `on an idle database it is the heartbeat that moves the slot`() throws {
      var setup = Scenario.Setup()
      setup.stage = try Stage(postgres: ["autovacuum": "off"])
      setup.flags = ["--set", "relay.heartbeat=200ms", "--set", "relay.maintenance.interval=0"]
      try Scenario.play("watch: heartbeat on an idle database", 1, setup, duplicates: .none) { scene in
        try scene.database.run("CREATE EXTENSION pg_walinspect")
        try scene.insert()
        try scene.startRelay()
        try scene.settle()
        var start = try confirmed(scene)
        let before = try scene.relay.metrics().sum("bongsu_relay_heartbeats_total")
        try eventually("more heartbeats are written") {
          try scene.relay.metrics().sum("bongsu_relay_heartbeats_total") >= before + 3
        }
        // PostgreSQL itself writes now and then; a stretch with anything in it that is no heartbeat shows nothing.
        try eventually("the slot has moved over heartbeats alone") {
          let end = try confirmed(scene)
          guard end != start else { return false }
          let found = try log(scene, from: start, to: end)
          if found.contains(where: { $0 != "LogicalMessage" }) { start = end }
          return Set(found) == ["LogicalMessage"] && found.count >= 2
        }
      }
    }

    private static let days = """
      SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox.event'::regclass
      AND inhrelid <> 'outbox.event_default'::regclass
      """

    /// All days are empty: the default partition takes what is written meanwhile.
    private static let dropDays = """
      DO $$ DECLARE day regclass; BEGIN
        FOR day IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'outbox.event'::regclass
          AND inhrelid <> 'outbox.event_default'::regclass
        LOOP EXECUTE 'DROP TABLE ' || day; END LOOP;
      END $$
      """

    private func runs(_ scene: Scenario, _ result: String) throws -> Double {
      try scene.relay.metrics().sum("bongsu_relay_maintenance_runs_total", where: "result=\"\(result)\"")
    }

    @Test func `a running relay makes the days that are missing, again and again`() throws {
      var setup = Scenario.Setup()
      setup.flags = ["--set", "relay.maintenance.interval=500ms"]
      try Scenario.play("watch: scheduled maintenance", 1, setup, duplicates: .none) { scene in
        let all = try #require(try scene.database.scalar(Self.days).flatMap { Int($0) })
        #expect(all >= 14)
        try scene.database.run(Self.dropDays)
        try scene.startRelay()
        for _ in 1...2 {
          try eventually("the days are there") {
            try scene.database.scalar(Self.days).flatMap { Int($0) } ?? 0 >= all && runs(scene, "done") >= 1
          }
          let before = try runs(scene, "done")
          // It may be at work just then, and neither waits long for the other.
          try eventually("the days are dropped") {
            try scene.database.run(Self.dropDays)
            return true
          }
          try eventually("it has run again") { try runs(scene, "done") > before }
        }
        try eventually("the days are there") { try scene.database.scalar(Self.days).flatMap { Int($0) } ?? 0 >= all }
        try scene.insert()
        #expect(try scene.database.scalar("SELECT count(*) FROM outbox.event_default") == "0")
        try scene.settle()
      }
    }

    @Test func `maintenance that fails is counted, and stops no stream`() throws {
      var setup = Scenario.Setup()
      setup.flags = ["--set", "relay.maintenance.interval=500ms"]
      try Scenario.play("watch: maintenance fails", 1, setup, duplicates: .none) { scene in
        let nobody = scene.database.conninfo.replacing("dbname=\(scene.database.name)", with: "dbname=nowhere")
        try scene.startRelay(["--set", "relay.maintenance.dsn=\(nobody)"])
        try eventually("it has failed twice") { try runs(scene, "failed") >= 2 }
        #expect(try runs(scene, "done") == 0)
        try scene.insert()
        try scene.settle()
      }
    }
  }
}
