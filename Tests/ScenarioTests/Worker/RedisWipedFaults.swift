import LocalServers
import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// Redis is started anew without anything that it knew.
  @Suite struct RedisWipedFaults {
    private static let some = 20
    private static let heads = 3
    private static let one = ["--set", "worker.instance=one"]

    /// Behind some that are never answered, as only what is not committed can come twice. Not with APNs: its token was in
    /// Redis, too, and Apple takes no other one within twenty minutes.
    @Test(arguments: [DeliveryChannel.pushAndroid, .sms])
    func `it is alarmed of, a worker that lives sends nothing twice, and the next one only what was not committed`(
      channel: DeliveryChannel
    ) throws {
      let open = Self.heads + Self.some
      try WorkerPlay.play("Redis wiped, \(channel.rawValue)", channel: channel, mayRepeat: open) { play in
        let worker = try play.startWorker(Self.one + ["--set", "\(play.standIn.timeoutKey)=60s"])
        try play.write(Self.some, isApart: true)
        try play.waitUntilCommitted()
        play.standIn.misbehave(.hang, .all)
        try play.write(Self.heads, isApart: true)
        try play.waitUntilTaken(Self.some + Self.heads)
        play.standIn.behave()
        try play.wipeRedis()
        try eventually("it is alarmed of") { try worker.metrics().sum("bongsu_worker_redis_restarts_total") == 1 }
        #expect(worker.said("Redis was started anew"))
        try play.write(Self.some, isApart: true)
        try eventually("those are told") { try play.site.statuses(.success).count == 2 * Self.some }
        #expect(play.standIn.takenCount == Self.some + open)
        try play.wipeRedis()
        play.killWorker()
        try play.startWorker(Self.one)
        try play.waitUntilCommitted()
        let counts = Dictionary(play.standIn.taken.map { ($0.id, 1) }, uniquingKeysWith: +)
        #expect(play.written.prefix(Self.some).allSatisfy { counts[$0.id] == 1 })
        #expect(counts.values.allSatisfy { $0 <= 2 } && counts.values.contains(2))
      }
    }

    /// What it had claimed is nobody's then, and still its own to tell and to send.
    @Test func `what fails, and what the provider does not take, is kept through it`() throws {
      try WorkerPlay.play("Redis wiped while APNs fails") { play in
        play.standIn.setLatency(.seconds(1))
        let worker = try play.startWorker()
        func wipeWhileAway() throws {
          try play.write(Self.some, isApart: true)
          try play.waitUntilInFlight(Self.some)
          try play.redis.cli("FLUSHALL")
        }
        play.standIn.misbehave(.refuse(status: 500, reason: "InternalServerError"), .all)
        try wipeWhileAway()
        try play.waitUntilCommitted()
        #expect(try play.codes() == ["InternalServerError": Self.some])
        play.standIn.behave()
        play.standIn.misbehave(.refuse(status: 503, reason: "ServiceUnavailable"), .all)
        try wipeWhileAway()
        try worker.waitForProblem("apns: ServiceUnavailable")
        play.standIn.behave()
        play.standIn.setLatency(.zero)
        try play.waitUntilCommitted()
        #expect(play.standIn.takenCount == Self.some)
        #expect(try play.codes() == ["InternalServerError": Self.some])
      }
    }
  }
}

extension WorkerPlay {
  /// Empty, and another process.
  fileprivate func wipeRedis() throws {
    try redis.cli("FLUSHALL")
    redis.kill()
    try redis.start()
  }
}
