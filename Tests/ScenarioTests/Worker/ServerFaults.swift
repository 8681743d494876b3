import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// A provider's server that does not answer as one should, or does not answer at all.
  @Suite struct ServerFaults {
    /// What suffers, and by which code its delivery is told as failed; nil where the status was good, which counts.
    private static let faults: [(Misbehaviour, codes: Set<String>?)] = [
      (.slow(bytes: 1, every: .seconds(1)), nil), (.longBody(bytes: 4 << 20), nil), (.packed(bytes: 4 << 20), nil),
      (.headersWithoutEnd, ["NO_HTTP"]), (.cut(afterBytes: nil), ["CONNECTION_LOST"]),
      (.garbage, ["NO_HTTP", "CONNECTION_LOST"]), (.hang, ["TIMEOUT"]),
    ]
    private static let suffering = 2

    @Test func `answers that have no end, are none or never come cost their own deliveries one attempt`() throws {
      try WorkerPlay.play("FCM answers as no server should", channel: .pushAndroid) { play in
        let worker = try play.startWorker(["--set", "fcm.timeout=1s"])
        for (fault, codes) in Self.faults {
          let (letters, suffered) = (try play.codes(), play.server.misbehaved)
          // Not those for access tokens.
          play.standIn.misbehave(fault, .next(Self.suffering))
          try play.write(60)
          try play.waitUntilCommitted()
          #expect(play.server.misbehaved == suffered + Self.suffering, "\(fault)")
          let more = try play.codes().merging(letters) { $0 - $1 }.filter { $1 > 0 }
          // Those that break a connection may take with them what else is on it.
          let count = more.values.reduce(0, +)
          #expect(codes == nil ? count == 0 : count > 0 && count <= WorkerPlay.inFlight, "\(fault): \(more)")
          #expect(codes?.isSuperset(of: more.keys) != false, "\(fault): \(more)")
        }
        #expect(try worker.peakMemory() < 256 << 20)
      }
    }

    /// A push needs no more than the status; of text messages the body says which were taken.
    @Test(arguments: [DeliveryChannel.pushAndroid, .sms])
    func `an answer that breaks off within its body counts by its status, and nothing is sent twice`(
      channel: DeliveryChannel
    ) throws {
      try WorkerPlay.play("answers break off, \(channel.rawValue)", channel: channel) { play in
        try play.startWorker()
        try play.write(5)
        try play.waitUntilCommitted()
        play.standIn.misbehave(.cut(afterBytes: 4), .next(1))
        try play.write(1)
        try play.waitUntilCommitted()
        #expect(play.server.misbehaved == 1 && play.standIn.takenCount == 6)
        #expect(try play.codes() == (channel == .sms ? ["ANSWER_UNREADABLE": 1] : [:]))
        #expect(try play.site.statuses(.ambiguous).count == (channel == .sms ? 1 : 0))
        try play.write(5)
      }
    }

    @Test func `a server that points elsewhere, or has another's certificate, gets nothing, and no attempt is lost`()
      throws
    {
      try WorkerPlay.play("FCM is somebody else", channel: .pushAndroid) { play in
        let elsewhere = try FCMSimulator()
        defer { elsewhere.stop() }
        let worker = try play.startWorker()
        try play.write(20)
        try play.waitUntilCommitted()
        for (fault, code) in [(Misbehaviour.redirect(to: elsewhere.url + "/"), "HTTP_307"), (.wrongCertificate, "TLS")]
        {
          let before = play.standIn.takenCount
          play.server.misbehave(fault, .all)
          play.server.cutConnections()
          try play.write(20)
          try worker.waitForProblem("fcm: \(code)")
          #expect(play.standIn.takenCount == before)
          play.server.behave()
          try play.waitUntilCommitted()
        }
        #expect(elsewhere.server.connectionsMade == 0)
        #expect(try play.site.records(.deadLetters).isEmpty)
      }
    }

    @Test func `one device whose requests are never answered holds up no other`() throws {
      try WorkerPlay.play("APNs hangs for one device") { play in
        let (token, device) = (APNsStandIn.token(7), play.standIn.address(7).delivery)
        play.server.misbehave(.hang, .all, path: "/3/device/\(token)")
        try play.startWorker(["--set", "apns.timeout=2s"])
        try play.write(400)
        let others = play.written.count { $0.address != device }
        try eventually("all others have theirs") {
          Set(play.apns.received.lazy.filter { $0.isAccepted && $0.token != token }.map(\.id)).count == others
        }
        try play.waitUntilCommitted()
        let own = play.written.filter { $0.address == device }.map(\.id)
        let letters = try play.site.records(.deadLetters).compactMap(WorkerOracle.deliveryID)
        #expect(!own.isEmpty && letters.sorted() == own.sorted())
        #expect(try play.codes() == ["TIMEOUT": own.count])
      }
    }

    /// As a process that is stopped: the kernel takes connections and requests, and nobody answers.
    @Test(arguments: [DeliveryChannel.pushAndroid, .sms])
    func `a provider that stands still is given up in time, and the others' deliveries flow`(
      channel: DeliveryChannel
    ) throws {
      try WorkerPlay.play("mails beside it", channel: .email) { mails in
        try mails.startWorker()
        try WorkerPlay.play("\(channel.rawValue) is half-open", channel: channel) { play in
          let worker = try play.startWorker(["--set", "\(play.standIn.name).timeout=1s"])
          try play.write(20)
          try play.waitUntilCommitted()
          play.server.freeze()
          try play.write(20)
          try worker.waitForProblem("\(play.standIn.name): TIMEOUT")
          try mails.write(200)
          try mails.waitUntilCommitted()
          #expect(play.standIn.takenCount == 20)
          play.server.thaw()
          try play.write(20)
          try play.waitUntilCommitted()
          try worker.waitUntilReady()
          let ambiguous = try play.site.statuses(.ambiguous).count
          let codes = try play.codes()
          #expect(codes.keys.sorted() == ["TIMEOUT"])
          #expect(ambiguous == (channel == .sms ? codes["TIMEOUT"] : 0))
        }
      }
    }
  }
}
