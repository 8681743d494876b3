import NotificationModel
import TestSupport
import Testing

extension RoleScenarios {
  /// What vendors say of text messages later, judged by what the stand-in was told to say of each.
  @Suite struct ReceiptFaults {
    private static let messages = Soak.choose(400, soak: 4_000)

    @Test(arguments: Soak.seeds)
    func `workers killed while they ask, and PostgreSQL beside them, lose no word and mistake none`(seed: UInt64) throws
    {
      let kills = Soak.choose(4, soak: 20)
      let play = try ReceiptPlay(seed: seed)
      defer { play.end() }
      try play.startWorker(instance: "one")
      for kill in 0..<kills {
        try play.write(Self.messages / kills)
        try play.waitUntilAsked(Int.random(in: 10...Self.messages / kills / 2, using: &play.random))
        try play.killWorker()
        if kill % 2 == 1 { try play.killPostgres() }
      }
      try play.judge()
    }

    @Test func `two workers that ask share the messages, and one dies`() throws {
      let play = try ReceiptPlay(seed: 5)
      defer { play.end() }
      try play.startWorker()
      try play.startWorker()
      try play.write(Self.messages / 2)
      try play.waitUntilAsked(50)
      play.workers.removeFirst().kill()
      try play.write(Self.messages / 2)
      try play.judge()
    }

    @Test func `without PostgreSQL messages are sent, and asked about once it is back`() throws {
      let play = try ReceiptPlay(seed: 6)
      defer { play.end() }
      try play.withoutPostgres {
        try play.startWorker()
        try play.write(Self.messages / 4)
        try play.waitUntilSent()
      }
      try play.judge()
    }
  }
}
