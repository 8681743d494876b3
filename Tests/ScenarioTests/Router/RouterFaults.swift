import Glibc
import LocalServers
import TestSupport
import Testing

extension RoleScenarios {
  /// Each under load, judged by the oracle over all events.
  @Suite struct RouterFaults {
    private static let events = Soak.choose(1_500, soak: 20_000)

    @Test(arguments: Soak.seeds)
    func `routers killed at any moment lose nothing`(seed: UInt64) throws {
      try RouterPlay.play("kill -9", seed) { play in
        let flags = ["--set", "router.instance=one"]
        try play.startRouter(flags)
        for _ in 0..<4 {
          try play.write(Self.events / 4)
          // Somewhere in the middle of what it has to do.
          let done = play.written.count - Int.random(in: 50...300, using: &play.random)
          try play.waitUntilRouted(done)
          play.routers[play.routers.count - 1].kill()
          try play.startRouter(flags)
        }
      }
    }

    @Test func `one router becomes three and then two, while events come`() throws {
      try RouterPlay.play("rebalance 1, 3, 2") { play in
        try play.startRouter()
        try play.write(Self.events / 3)
        try play.startRouter()
        try play.startRouter()
        try play.write(Self.events / 3)
        #expect(try play.routers[0].terminate().isSuccess)
        try play.write(Self.events / 3)
      }
    }

    @Test func `Redis flushed under load changes nothing but the time`() throws {
      try RouterPlay.play("Redis flushed") { play in
        try play.startRouter()
        for _ in 0..<3 {
          try play.write(Self.events / 3)
          try ChildProcess.run(ChildCommand("redis-cli", ["-p", "\(play.redis.port)", "FLUSHALL"]))
        }
      }
    }

    @Test func `Redis that stands still is done without`() throws {
      try RouterPlay.play("Redis SIGSTOP") { play in
        try play.startRouter(["--set", "redis.commandTimeout=200ms"])
        play.redis.pause()
        defer { play.redis.resume() }
        try play.write(Self.events / 3)
        try play.waitUntilRouted()
        play.redis.resume()
        try play.write(Self.events / 3)
      }
    }

    @Test func `PostgreSQL restarted under load is waited for`() throws {
      try RouterPlay.play("PostgreSQL restarted") { play in
        try play.startRouter()
        try play.write(Self.events / 3)
        try play.postgres.stop(.immediate)
        try play.write(Self.events / 3)
        try play.postgres.start()
        try play.write(Self.events / 3)
      }
    }

    @Test func `the broker killed under load is waited for`() throws {
      try RouterPlay.play("broker kill -9") { play in
        try play.startRouter()
        try play.write(Self.events / 2)
        try play.site.broker.stop(kill: true)
        try play.site.broker.start()
        try play.write(Self.events / 2)
      }
    }

    @Test func `read again from the beginning, the same deliveries are made and nothing is counted twice`() throws {
      try RouterPlay.play("replay from offset 0") { play in
        try play.startRouter()
        try play.write(Self.events / 3)
        try play.waitUntilRouted()
        #expect(try play.routers[0].terminate().isSuccess)
        let counted = try play.rateCounts()
        try play.startRouter(group: "\(play.site.group)-again")
        try eventually("all is routed again", within: .seconds(120)) {
          try play.site.routed().count >= 2 * play.written.count
        }
        #expect(try play.rateCounts() == counted)
      }
    }
  }
}

extension RouterPlay {
  /// How much the limiter has counted, for all users.
  fileprivate func rateCounts() throws -> Int {
    let script =
      "local n = 0 for _, key in ipairs(redis.call('KEYS', ARGV[1])) do n = n + redis.call('LLEN', key) end return n"
    let command = ChildCommand(
      "redis-cli", ["-p", "\(redis.port)", "EVAL", script, "0", "\(site.prefix)rate:*"])
    let child = try ChildProcess(command)
    _ = try child.waitForExit(timeout: .seconds(30))
    try child.waitForOutputEnd()
    guard let count = child.lines.last.flatMap({ Int($0) }), count > 0 else {
      throw NeverHappened(description: "the limiter counts: \(child.lines)")
    }
    return count
  }
}
