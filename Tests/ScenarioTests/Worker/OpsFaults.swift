import ProviderSimulators
import TestSupport
import Testing

extension RoleScenarios {
  /// The ops channel, killed again and again.
  @Suite struct OpsFaults {
    private static let kills = Soak.choose(6, soak: 20)

    @Test(arguments: Soak.seeds)
    func `killed at any moment it tells every alert, and one that it repeats in the same message`(seed: UInt64) throws {
      let groups = 15
      try OpsPlay.play("kill -9", seed) { play in
        play.hooks.setLatency(.milliseconds(500))
        let flags = ["ops.messagesPerMinute=600"]
        try play.startWorker(flags)
        for kill in 0..<Self.kills {
          let (names, before) = ((0..<groups).map { "round-\(kill)/\($0)" }, play.hooks.received.count)
          try play.write(names)
          if kill == 0 || Bool.random(using: &play.random) {
            try eventually("some are being told") { play.hooks.received.count > before }
          }
          pass(.milliseconds(Int.random(in: 0...400, using: &play.random)))
          play.kill()
          // More of the same groups, which are to be no part of what was begun.
          try play.write(names)
          try play.startWorker(flags)
        }
        play.kill()
        try play.startWorker(flags + ["ops.quiet=0s"])
        try play.waitUntilTold(Array(play.written.keys))
        try play.waitUntilCommitted()
        let contents = Dictionary(grouping: play.messages, by: \.id)
        for (id, messages) in contents { #expect(Set(messages.map(\.references)).count == 1, "\(id)") }
        for (reference, ids) in play.told { #expect(Set(ids).count == 1, "\(reference)") }
        let repeats = play.messages.count - contents.count
        #expect((1...(Self.kills + 1) * groups).contains(repeats), "\(repeats)")
      }
    }

    @Test func `no kill makes a group that is quiet be told again`() throws {
      let quiet = (0..<8).map { "quiet/\($0)" }
      try OpsPlay.play("kill -9 while it is quiet") { play in
        let flags = ["ops.messagesPerMinute=600"]
        try play.startWorker(flags)
        try play.waitUntilTold(try play.write(quiet))
        try play.waitUntilCommitted()
        for kill in 0..<Self.kills {
          try play.write(quiet)
          pass(.milliseconds(Int.random(in: 0...300, using: &play.random)))
          play.kill()
          try play.startWorker(flags)
          // It came later than those, and would be told later.
          try play.waitUntilTold(try play.write(["loud/\(kill)"]))
          let told = play.told.keys.filter { play.written[$0]?.hasPrefix("quiet") == true }
          #expect(told.count == quiet.count, "\(kill)")
        }
        play.kill()
        try play.startWorker(flags + ["ops.quiet=0s"])
        try play.waitUntilCommitted()
        let told = play.told.filter { play.written[$0.key]?.hasPrefix("quiet") == true }
        #expect(told.count == quiet.count * (Self.kills + 1) && told.values.allSatisfy { $0.count == 1 })
      }
    }

    @Test func `a process that dies again and again sends no more messages a minute than one that lives`() throws {
      let (most, groups) = (6, 4)
      try OpsPlay.play("kill -9 in a loop") { play in
        try play.startWorker(["ops.messagesPerMinute=\(most)"])
        for kill in 0..<Self.kills {
          try play.write((0..<groups).map { "round-\(kill)/\($0)" })
          pass(.milliseconds(Int.random(in: 0...700, using: &play.random)))
          play.kill()
          try play.startWorker(["ops.messagesPerMinute=\(most)"])
        }
        try eventually("some is told") { !play.messages.isEmpty }
        play.kill()
        let allowed = Double(most) * (1 + play.elapsed / .seconds(60))
        #expect(play.hooks.received.count <= Int(allowed.rounded(.up)))
        // Within the window there is room again for a message each: a digest names only ten.
        try play.startWorker(["ops.messagesPerMinute=600", "ops.window=\(Soak.choose(2, soak: 10))s"])
        try play.waitUntilTold(Array(play.written.keys))
        try play.waitUntilCommitted()
      }
    }
  }
}
