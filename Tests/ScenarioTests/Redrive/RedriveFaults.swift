import LocalServers
import TestSupport
import Testing

extension RoleScenarios {
  /// Each under load, judged by the oracle over all dead letters.
  @Suite struct RedriveFaults {
    private static let letters = Soak.choose(600, soak: 10_000)
    private static let one = ["--set", "redrive.instance=one"]

    @Test(arguments: Soak.seeds)
    func `redrive killed at any moment loses nothing`(seed: UInt64) throws {
      let kills = Soak.choose(5, soak: 20)
      try RedrivePlay.play("kill -9", seed) { play in
        try play.start(Self.one)
        for _ in 0..<kills {
          try play.write(Self.letters / kills)
          // Somewhere between reading the first and the end of the longest tier.
          pass(.milliseconds(Int.random(in: 0...1_300, using: &play.random)))
          play.redrives[play.redrives.count - 1].kill()
          try play.start(Self.one)
        }
      }
    }

    @Test func `one becomes two and then another one, while dead letters come`() throws {
      try RedrivePlay.play("rebalance 1, 2, 1") { play in
        try play.start()
        try play.write(Self.letters / 3)
        try play.start()
        try play.write(Self.letters / 3)
        #expect(try play.redrives[0].terminate().isSuccess)
        try play.write(Self.letters / 3)
      }
    }

    @Test func `asked to stop, it finishes what is in flight, and nothing comes twice`() throws {
      try RedrivePlay.play("SIGTERM", mayRepeat: false) { play in
        try play.start(Self.one)
        for _ in 0..<3 {
          let before = play.written.count
          try play.write(Self.letters / 3)
          try play.waitUntilEnded(before + 20)
          #expect(try play.redrives[play.redrives.count - 1].terminate().isSuccess)
          try play.start(Self.one)
        }
      }
    }

    @Test func `the broker killed under load is waited for`() throws {
      try RedrivePlay.play("broker kill -9") { play in
        try play.start()
        try play.write(Self.letters / 2)
        try play.site.site.broker.stop(kill: true)
        try play.site.site.broker.start()
        try play.write(Self.letters / 2)
      }
    }
  }
}
