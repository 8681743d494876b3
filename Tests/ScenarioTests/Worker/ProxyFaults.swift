import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// Pushes go by nghttpx, whose HTTP/2 is not ours, to APNs' stand-in.
  @Suite(.requires(.nghttpx)) struct ProxyFaults {
    private static let pushes = Soak.choose(1_200, soak: 20_000)

    /// Every answer came by HTTP/2, and there are as many as pushes that were not cut off: the proxy has no line for those.
    private func expectHTTP2(_ play: WorkerPlay) throws {
      let cut = try play.site.records(.deadLetters).count { $0.header(RecordHeader.errorCode) == "CONNECTION_LOST" }
      try eventually("the proxy has written its log") {
        let answers = try play.proxy.answers()
        if answers.count >= play.written.count - cut { return true }
        throw NeverHappened(description: "\(answers.count) of \(play.written.count) with \(cut) cut: \(Set(answers))")
      }
      let answers = try play.proxy.answers()
      #expect(answers.allSatisfy { $0.hasPrefix("h2 ") }, "\(Set(answers))")
    }

    @Test func `pushes pass a proxy of another make over HTTP/2`() throws {
      try WorkerPlay.play("nghttpx", isProxied: true) { play in
        try play.startWorker()
        try play.write(Self.pushes)
        try play.waitUntilCommitted()
        try expectHTTP2(play)
      }
    }

    /// Interrupts the proxy while pushes are under way, time and again.
    private func play(_ name: String, times: Int, _ interrupt: (NGHTTPXServer) throws -> Void) throws {
      try WorkerPlay.play(name, isProxied: true) { play in
        play.apns.setLatency(.milliseconds(20))
        let worker = try play.startWorker()
        for _ in 0..<times {
          let before = play.apns.counts.accepted
          try play.write(Self.pushes / times)
          try play.waitUntilTaken(before + 50)
          try interrupt(play.proxy)
        }
        try play.waitUntilCommitted()
        try expectHTTP2(play)
        #expect(try play.site.records(.deadLetters).isEmpty)
        try worker.waitUntilReady()
      }
    }

    @Test func `a proxy that is reloaded under load loses nothing, and nothing is sent twice`() throws {
      try play("nghttpx reloads", times: 4) { try $0.reload() }
    }

    @Test func `a proxy that is stopped and started under load loses nothing, and nothing is sent twice`() throws {
      try play("nghttpx restarts", times: 3) { try $0.restart() }
    }

    /// What was under way when APNs went is cut off: nobody knows whether it arrived, which is an attempt. All else the
    /// proxy answers with 502, until it tries APNs again. Judged by what APNs took, as the proxy's log knows less: it has no
    /// line for what it cut off.
    @Test func `APNs away behind a proxy is a provider that is busy, and no push is told as sent wrongly`() throws {
      try WorkerPlay.play("nghttpx without APNs", isProxied: true, mayRepeat: WorkerPlay.inFlight) { play in
        let worker = try play.startWorker()
        try play.write(Self.pushes / 3)
        play.apns.server.stopListening()
        play.apns.server.cutConnections()
        try play.write(Self.pushes / 3)
        try worker.waitForProblem("apns: HTTP_50")
        try play.apns.server.listenAgain()
        try play.waitUntilCommitted()
        try worker.waitUntilReady()
        let letters = try play.site.records(.deadLetters)
        // Failures come in parts, and before five in a row were heard of others take the places of the first.
        #expect(letters.count <= 2 * WorkerPlay.inFlight)
        #expect(letters.allSatisfy { $0.header(RecordHeader.errorCode) == "CONNECTION_LOST" })
        #expect(try play.site.statuses(.retrying).count == letters.count)
        #expect(try play.proxy.answers().allSatisfy { $0.hasPrefix("h2 ") })
      }
    }
  }
}
