import LocalServers
import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// A worker is killed at one point of its deliveries' way. Whom it speaks to next is kept from hearing it there, so that
  /// it is that point and no other; its leases are of an hour, so that it says nothing else meanwhile, and are ended by hand.
  @Suite struct KillPointFaults {
    private static let some = 20
    private static let one = ["--set", "worker.instance=one"]
    /// Each point has two channels in a test, and all of them in the soak.
    private static let (channels, otherChannels): ([DeliveryChannel], [DeliveryChannel]) = Soak.choose(
      ([.pushIOS, .sms], [.pushAndroid, .email]), soak: (DeliveryChannel.allCases, DeliveryChannel.allCases))

    /// - Parameters:
    ///   - mayRepeat: how many may be sent twice, on channels that send again what may have come.
    ///   - body: brings a worker that has sent one delivery to the point, with more of them.
    ///   - judge: another worker has finished all.
    private func play(
      _ point: String, _ channel: DeliveryChannel, mayRepeat: Int = 0,
      _ body: (WorkerPlay, DaemonProcess, FaultProxy) throws -> Void,
      judge: (WorkerPlay, DaemonProcess) throws -> Void
    ) throws {
      let repeats = channel == .sms ? 0 : mayRepeat
      try WorkerPlay.play("kill -9 \(point), \(channel.rawValue)", channel: channel, mayRepeat: repeats) { play in
        let way = try FaultProxy(to: play.redis.port)
        let slow = ["redis.commandTimeout=30s", "\(play.standIn.timeoutKey)=60s"].flatMap { ["--set", $0] }
        let worker = try play.startWorker(Self.one + slow, lease: "3600s", by: way)
        try play.write(1, isApart: true)
        try play.waitUntilCommitted()
        try body(play, worker, way)
        play.killWorker()
        way.cutAll()
        way.letGo()
        play.site.broker.resume()
        play.standIn.behave()
        play.standIn.delayAnswers(.zero)
        try play.endLeases()
        let next = try play.startWorker(Self.one)
        try play.waitUntilCommitted()
        try judge(play, next)
      }
    }

    /// No channel sends twice what was not sent, and none leaves it to a person.
    private func expectAllSentOnce(_ play: WorkerPlay) throws {
      #expect(play.standIn.takenCount == play.written.count)
      #expect(try play.site.records(.deadLetters).isEmpty)
    }

    @Test(arguments: otherChannels) func `before it has claimed, nothing is known of it`(channel: DeliveryChannel)
      throws
    {
      try play("before the claim", channel) { play, worker, way in
        way.hold(.toServer)
        try play.write(Self.some, isApart: true)
        try eventually("it asks for claims") { way.heldBytes > 0 }
        #expect(try play.claims() == ["D": 1] && play.standIn.takenCount == 1)
      } judge: { play, worker in
        try expectAllSentOnce(play)
        #expect(try worker.metrics().sum("bongsu_worker_resent_total") == 0)
      }
    }

    @Test(arguments: channels)
    func `after it has claimed and before it sends, another one sends`(channel: DeliveryChannel) throws {
      // Where nothing is sent twice a worker begins in a step of its own, just before it sends.
      let state = channel == .sms ? "C" : "S"
      try play("before sending", channel) { play, worker, way in
        way.hold(.toClient)
        try play.write(Self.some, isApart: true)
        try eventually("it has claims") { try play.claims()[state, default: 0] > 0 }
        #expect(play.standIn.takenCount == 1)
      } judge: { play, worker in
        try expectAllSentOnce(play)
        #expect(try worker.metrics().sum("bongsu_worker_resent_total") > 0 || channel == .sms)
      }
    }

    /// Between its answer and the mark: the one window in which something is sent twice, under the same id.
    @Test(arguments: channels)
    func `after it has sent, all but text messages are sent once more`(channel: DeliveryChannel) throws {
      try play("after sending", channel, mayRepeat: Self.some) { play, worker, way in
        play.standIn.delayAnswers(.seconds(1))
        try play.write(Self.some, isApart: true)
        try play.waitUntilTaken(1 + Self.some)
        way.hold(.toServer)
        try eventually("it marks what was sent") { way.heldBytes > 0 }
        #expect(try play.claims()["S", default: 0] > 0)
      } judge: { play, worker in
        let letters = try play.site.records(.deadLetters).count
        #expect(try play.site.statuses(.ambiguous).count == letters)
        #expect(channel == .sms ? letters > 0 : letters == 0)
        #expect((play.standIn.takenCount == play.written.count) == (channel == .sms))
      }
    }

    @Test(arguments: otherChannels)
    func `after the mark and before the status, another one tells it and sends nothing`(
      channel: DeliveryChannel
    ) throws {
      try play("before the status", channel) { play, worker, way in
        play.standIn.delayAnswers(.seconds(1))
        try play.write(Self.some, isApart: true)
        try play.waitUntilInFlight(Self.some)
        // From here on it can record in Redis, and tell nobody.
        play.site.broker.pause()
        try eventually("all are recorded", within: .seconds(60)) { try play.claims() == ["D": 1 + Self.some] }
      } judge: { play, worker in
        try expectAllSentOnce(play)
        #expect(try worker.metrics().sum("bongsu_worker_told_again_total") > 0)
      }
    }

    /// Some that are never answered hold up the commit of what comes behind them and is told.
    @Test(arguments: channels)
    func `after the status and before the commit, it is told once more and not sent`(channel: DeliveryChannel) throws {
      let heads = 6
      try play("before the commit", channel, mayRepeat: heads) { play, worker, way in
        play.standIn.misbehave(.hang, .all)
        try play.write(heads, isApart: true)
        try play.waitUntilTaken(1 + heads)
        play.standIn.behave()
        try play.write(Self.some, isApart: true)
        try eventually("those are told") { try play.site.statuses(.success).count == 1 + Self.some }
        #expect(try play.site.committed() < 1 + Self.some)
      } judge: { play, worker in
        #expect(try worker.metrics().sum("bongsu_worker_told_again_total") > 0)
        let letters = Set(try play.site.records(.deadLetters).compactMap(WorkerOracle.deliveryID))
        #expect(letters.isSubset(of: play.written[1...heads].map(\.id)))
        #expect(letters.count == (channel == .sms ? heads : 0))
      }
    }
  }
}

extension WorkerPlay {
  /// How many claims Redis has in each state: C claimed, S sending, D done, F failed.
  func claims() throws -> [String: Int] {
    let script = """
      local names = {}
      for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'claim:*')) do
        names[#names + 1] = redis.call('HGET', key, 's')
      end
      return names
      """
    return Dictionary(try redis.lines(script, site.prefix).map { ($0, 1) }, uniquingKeysWith: +)
  }

  /// As if so much time had passed.
  func endLeases() throws {
    let script = """
      for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'claim:*')) do
        if redis.call('HEXISTS', key, 'l') == 1 then redis.call('HSET', key, 'l', 0) end
      end
      return {}
      """
    _ = try redis.lines(script, site.prefix)
  }
}

extension RedisServer {
  /// What a script answers, an element a line.
  fileprivate func lines(_ script: String, _ argument: String) throws -> [String] {
    try cli("EVAL", script, "0", argument).filter { !$0.isEmpty }
  }

  /// What redis-cli says to a command.
  @discardableResult
  func cli(_ arguments: String...) throws -> [String] {
    let child = try ChildProcess(ChildCommand("redis-cli", ["-p", "\(port)"] + arguments))
    guard try child.waitForExit(timeout: .seconds(30)).isSuccess else {
      throw NeverHappened(description: "Redis takes \(arguments.first ?? "")")
    }
    try child.waitForOutputEnd()
    return child.lines
  }
}
