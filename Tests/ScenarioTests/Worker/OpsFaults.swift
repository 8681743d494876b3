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
        play.hooks.setLatency(.milliseconds(20))
        let flags = ["ops.messagesPerMinute=600"]
        try play.startWorker(flags)
        for kill in 0..<Self.kills {
          let names = (0..<groups).map { "round-\(kill)/\($0)" }
          try play.write(names + names)
          pass(.milliseconds(Int.random(in: 0...700, using: &play.random)))
          play.kill()
          try play.startWorker(flags)
        }
        try play.waitUntilTold(Array(play.written.keys))
        try play.waitUntilCommitted()
        let contents = Dictionary(grouping: play.messages, by: \.id)
        for (id, messages) in contents { #expect(Set(messages.map(\.references)).count == 1, "\(id)") }
        for (reference, ids) in play.told { #expect(Set(ids).count == 1, "\(reference)") }
        let repeats = play.messages.count - contents.count
        #expect(repeats <= Self.kills * groups, "\(repeats)")
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
      let (most, groups) = (6, 10)
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
        try play.startWorker(["ops.messagesPerMinute=600"])
        try play.waitUntilCommitted()
        let counts = Dictionary(play.messages.map { ($0.id, $0.count) }) { max($0, $1) }
        #expect(counts.values.reduce(0, +) >= play.written.count)
      }
    }
  }
}
