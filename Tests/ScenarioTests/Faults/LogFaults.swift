import LocalServers
import Postgres
import TestSupport
import Testing

extension Scenarios {
  /// A log that cannot be written is no reason to stop carrying rows.
  @Suite struct LogFaults {
    @Test(arguments: Soak.seeds)
    func `a relay that has no room for its log goes on, counts the lines and stops in order`(seed: UInt64) throws {
      try Scenario.play("relay: no room for its log", seed, duplicates: .none) { scene in
        try scene.startRelay(log: "/dev/full")
        try scene.underLoad { _ in }
        try scene.settle()
        #expect(try scene.lostLines > 0)
        #expect(try scene.relay.terminate() == .code(0))
      }
    }

    @Test(arguments: Soak.seeds)
    func `a relay whose log nobody reads goes on and stops in order, and what it said is there to be read`(
      seed: UInt64
    ) throws {
      try Scenario.play("relay: its log is not read", seed, duplicates: .none) { scene in
        let log = try NamedPipe()
        try log.fill()
        try scene.startRelay(log: log.path)
        try scene.underLoad { _ in }
        try scene.settle()
        try eventually("the log goes on where it stood") { log.text.contains(#""message":"listening""#) }
        #expect(try scene.lostLines == 0)
        try log.fill()
        #expect(try scene.relay.terminate() == .code(0))
      }
    }

    @Test(arguments: Soak.seeds)
    func `a relay whose log's reader goes away goes on, and tells the next one how many lines are missing`(
      seed: UInt64
    ) throws {
      try Scenario.play("relay: its log's reader goes away", seed, duplicates: .any) { scene in
        let log = try NamedPipe()
        try scene.startRelay(log: log.path)
        try eventually("it says where it listens") { log.text.contains(#""message":"listening""#) }
        try scene.underLoad { _ in
          log.closeReading()
          try scene.endStream()
          try eventually("lines are lost") { try scene.lostLines > 0 }
          try log.openReading()
          try scene.endStream()
          try eventually("it says so") { log.text.contains(#""message":"lines of this log were lost""#) }
        }
        try scene.settle()
        #expect(try scene.relay.terminate() == .code(0))
        #expect(log.text.contains(#""message":"stopped""#))
      }
    }
  }
}

extension Scenario {
  fileprivate var lostLines: Double { get throws { try relay.metrics().sum("bongsu_log_lines_lost_total") } }

  /// Has PostgreSQL end the relay's stream, of which the relay says something.
  fileprivate func endStream() throws {
    let sql = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1"
    try eventually("the stream is ended") { try database.scalar(sql, [.text(slot)]) == "t" }
  }
}
