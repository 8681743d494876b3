import LocalServers
import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// Each under load, judged by what the provider's stand-in received.
  @Suite struct WorkerFaults {
    private static let pushes = Soak.choose(1_200, soak: 20_000)
    private static let one = ["--set", "worker.instance=one"]

    @Test(arguments: Soak.seeds, DeliveryChannel.allCases)
    func `workers killed at any moment lose nothing`(seed: UInt64, channel: DeliveryChannel) throws {
      let kills = Soak.choose(4, soak: 20)
      // What may have come is sent again, but no SMS: no vendor drops a repeated one.
      let repeats = channel == .sms ? 0 : kills * WorkerPlay.inFlight
      try WorkerPlay.play("kill -9, \(channel.rawValue)", seed, channel: channel, mayRepeat: repeats) { play in
        play.standIn.setLatency(.milliseconds(20))
        try play.startWorker(Self.one)
        for _ in 0..<kills {
          let before = play.written.count
          try play.write(Self.pushes / kills)
          try play.waitUntilTaken(before + Int.random(in: 1...Self.pushes / kills - 50, using: &play.random))
          play.workers[play.workers.count - 1].kill()
          try play.startWorker(Self.one)
        }
      }
    }

    @Test func `one dies and one comes while pushes go on`() throws {
      try WorkerPlay.play("rebalance", mayRepeat: WorkerPlay.inFlight) { play in
        play.apns.setLatency(.milliseconds(20))
        try play.startWorker()
        try play.startWorker()
        try play.write(Self.pushes / 3)
        play.workers[0].kill()
        try play.startWorker()
        try play.write(Self.pushes / 3)
        #expect(try play.workers[1].terminate().isSuccess)
        try play.write(Self.pushes / 3)
      }
    }

    @Test func `asked to stop, a worker finishes what is in flight, and nothing comes twice`() throws {
      try WorkerPlay.play("SIGTERM") { play in
        play.apns.setLatency(.milliseconds(300))
        try play.startWorker(Self.one)
        for _ in 0..<3 {
          let before = play.apns.counts.accepted
          try play.write(Self.pushes / 4)
          try play.waitUntilTaken(before + 20)
          #expect(try play.workers[play.workers.count - 1].terminate().isSuccess)
          try play.startWorker(Self.one)
        }
      }
    }

    private static let death = Soak.choose(Duration.seconds(2), soak: .seconds(600))

    @Test func `while APNs is dead pushes wait without an attempt, and arrive in order afterwards`() throws {
      try WorkerPlay.play("APNs away") { play in
        let worker = try play.startWorker()
        try play.write(Self.pushes / 3)
        play.apns.server.stopListening()
        play.apns.server.cutConnections()
        try play.write(Self.pushes / 3)
        try worker.waitForProblem("apns")
        let (taken, start) = (play.standIn.takenCount, ContinuousClock.now)
        while ContinuousClock.now - start < Self.death {
          pass(Soak.choose(Self.death / 2, soak: .seconds(30)))
          try play.write(20)
          #expect(try worker.problem()?.contains("apns") == true && worker.isAlive())
        }
        #expect(play.standIn.takenCount == taken)
        try play.apns.server.listenAgain()
        try worker.waitUntilReady()
        try play.write(Self.pushes / 3)
        try play.waitUntilCommitted()
        // What was on its way when it died may have arrived: that is an attempt, and a dead letter. All else is not.
        let letters = Set(try play.site.records(.deadLetters).compactMap(WorkerOracle.deliveryID))
        #expect(letters.count <= WorkerPlay.inFlight)
        #expect(letters.isSubset(of: play.written.prefix(Self.pushes / 3).map(\.id)))
        #expect(try play.site.statuses(.retrying).count == letters.count)
      }
    }

    @Test func `APNs that refuses, resets, goes away and hangs now and then loses nothing`() throws {
      try WorkerPlay.play("APNs misbehaves") { play in
        let some: [Misbehaviour] = [
          .refuse(status: 500, reason: "InternalServerError"), .refuse(status: 429, reason: "TooManyRequests"),
          .reset(code: 7, taken: false), .goAway(taken: true), .cut(afterBytes: nil),
        ]
        for (number, misbehaviour) in some.enumerated() {
          play.apns.misbehave(misbehaviour, .fraction(0.01, seed: UInt64(number)))
        }
        play.apns.misbehave(.hang, .next(3))
        try play.startWorker()
        try play.write(Self.pushes)
      }
    }

    @Test func `Redis that is killed and comes back is alarmed of, and pushes go on`() throws {
      try WorkerPlay.play("Redis kill -9") { play in
        let worker = try play.startWorker()
        try play.write(Self.pushes / 2)
        play.redis.kill()
        try play.redis.start()
        try play.write(Self.pushes / 2)
        try play.waitUntilCommitted()
        try eventually("it is alarmed of") { try worker.metrics().sum("bongsu_worker_redis_restarts_total") > 0 }
      }
    }

    @Test func `the broker killed under load is waited for, and nothing is sent twice`() throws {
      try WorkerPlay.play("broker kill -9") { play in
        play.apns.setLatency(.milliseconds(20))
        try play.startWorker()
        try play.write(Self.pushes / 2)
        try play.site.broker.stop(kill: true)
        try play.site.broker.start()
        try play.write(Self.pushes / 2)
      }
    }
  }
}
