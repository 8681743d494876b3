import LocalServers
import TestSupport
import Testing

extension Scenarios {
  @Suite struct FailoverFaults {
    /// Before PostgreSQL 17 no slot comes along; what the new primary would stream from a slot of its own begins after
    /// the rows that the old one had not sent.
    @Test(arguments: [true, false])
    func `a standby that takes over has no slot, and the relay says so until it is repaired`(runs: Bool) throws {
      var setup = Scenario.Setup()
      setup.stage = try Stage(postgres: [:])
      let name = "postgres: standby promoted, relay \(runs ? "runs" : "away")"
      try Scenario.play(name, 1, setup, duplicates: .none) { scene in
        let standby = try PostgresServer(standbyOf: scene.stage.postgres)
        let either = conninfo(scene, or: standby)
        try scene.launchRelay(conninfo: either)
        try scene.relay.waitUntilReady()
        try scene.insert(rows: 500)
        try scene.settle()
        if !runs { #expect(try scene.relay.terminate().isSuccess) }
        try scene.insert(rows: 300, from: 501)
        if runs { try scene.settle() }
        try promote(standby, scene)
        if !runs { try scene.launchRelay(conninfo: either) }
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(
          scene.relay.said(
            "replication slot \(scene.slot) does not exist", "a standby once (timeline 2)", "bongsu relay repair"))
        #expect(try scene.slotStatus() == nil)
        try scene.insert(rows: 100, from: 801)
        let repaired = try scene.repair(conninfo: either)
        #expect(repaired.contains { $0.contains("sent \(runs ? 100 : 400), slot") }, "\(repaired)")
        try scene.launchRelay(conninfo: either)
        try scene.relay.waitUntilReady()
        try scene.underLoad { _ in }
        try scene.settle()
      }
    }

    /// Both servers, of which the one that takes writes is wanted.
    private func conninfo(_ scene: Scenario, or standby: PostgresServer) -> String {
      let port = scene.stage.postgres.port
      return scene.database.conninfo.replacing("host=127.0.0.1", with: "host=127.0.0.1,127.0.0.1")
        .replacing("port=\(port)", with: "port=\(port),\(standby.port)") + " target_session_attrs=read-write"
    }

    /// Replication is not synchronous: what the standby has not got would be gone with the primary, here as anywhere.
    private func promote(_ standby: PostgresServer, _ scene: Scenario) throws {
      let copy = scene.database.copy(on: standby)
      try eventually("the standby has all rows") {
        try copy.scalar("SELECT count(*) FROM outbox.event") == "800"
      }
      try scene.stage.postgres.stop(.immediate)
      scene.goOver(to: standby)
      try scene.database.scalar("SELECT pg_promote()")
    }
  }
}
