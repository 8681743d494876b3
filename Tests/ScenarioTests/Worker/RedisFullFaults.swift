import LocalServers
import NotificationModel
import TestSupport
import Testing

extension WorkerScenarios {
  /// Redis answers, and refuses whatever would make it grow: maxmemory is reached, and nothing may be evicted.
  @Suite struct RedisFullFaults {
    private static let some = 30
    private static let one = ["--set", "worker.instance=one"]

    @Test func `SMS wait while Redis is full, and go on by themselves`() throws {
      try WorkerPlay.play("Redis full, SMS", channel: .sms) { play in
        let worker = try play.startWorker()
        try play.write(Self.some)
        try play.waitUntilCommitted()
        try play.redis.whileFull {
          try play.write(Self.some)
          try worker.waitForProblem("Redis: ")
          #expect(play.standIn.takenCount == Self.some)
          #expect(try worker.isAlive())
          #expect(try worker.metrics().sum("bongsu_worker_unclaimed_total") == 0)
        }
        try play.waitUntilCommitted()
        try worker.waitUntilReady()
        #expect(play.standIn.takenCount == 2 * Self.some)
        #expect(try play.site.records(.deadLetters).isEmpty)
        #expect(play.workers.count == 1)
      }
    }

    /// Their outcomes cannot be marked; they are told all the same, and committed, so that nobody sends them again.
    @Test(arguments: [DeliveryChannel.sms, .pushIOS])
    func `what is at the provider when Redis fills up is told, and sent once`(channel: DeliveryChannel) throws {
      try WorkerPlay.play("Redis fills up, \(channel.rawValue)", channel: channel) { play in
        play.standIn.setLatency(.seconds(1))
        let worker = try play.startWorker(Self.one)
        try play.write(Self.some)
        try play.waitUntilTaken(1)
        try play.redis.whileFull {
          let first = play.standIn.takenCount
          try eventually("those are told") { try play.site.statuses(.success).count >= first }
          #expect(try worker.metrics().sum("bongsu_worker_redis_failures_total") > 0)
        }
        try play.waitUntilCommitted()
        play.workers[0].kill()
        try play.startWorker(Self.one)
        play.standIn.setLatency(.zero)
        try play.write(Self.some)
      }
    }

    @Test func `pushes are sent without a claim while Redis is full, and with one afterwards`() throws {
      try WorkerPlay.play("Redis full, pushes") { play in
        let worker = try play.startWorker()
        func unclaimed() throws -> Double { try worker.metrics().sum("bongsu_worker_unclaimed_total") }
        try play.redis.whileFull {
          try play.write(Self.some)
          try play.waitUntilCommitted()
          #expect(try unclaimed() == Double(Self.some))
          try worker.waitUntilReady()
        }
        try play.write(Self.some)
        try play.waitUntilCommitted()
        #expect(try unclaimed() == Double(Self.some))
      }
    }
  }
}

extension RedisServer {
  /// While `body` runs nothing may be added to it.
  fileprivate func whileFull(_ body: () throws -> Void) throws {
    try limitMemory(to: 1)
    defer { try? limitMemory(to: 0) }
    try body()
  }

  /// - Parameter bytes: 0 is without a limit.
  private func limitMemory(to bytes: Int) throws { try cli("CONFIG", "SET", "maxmemory", "\(bytes)") }
}
