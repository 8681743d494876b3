import Glibc
import LocalServers
import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// A worker is asked to stop while its provider owes it answers.
  @Suite struct StopFaults {
    private static let flags = ["--set", "worker.instance=one", "--set", "worker.stopDeadline=2s"]
    private static let channels = [DeliveryChannel.pushIOS, .sms]

    /// Starts a worker and leaves it with requests, or with one call of several SMS, that are never answered.
    private func leaveHanging(_ play: WorkerPlay) throws -> DaemonProcess {
      play.server.misbehave(.hang, .next(Self.hanging(play.site.channel)))
      let worker = try play.startWorker(Self.flags)
      try play.write(20)
      try play.waitUntilSuffered(Self.hanging(play.site.channel))
      return worker
    }

    private static func hanging(_ channel: DeliveryChannel) -> Int { channel == .sms ? 1 : 3 }

    /// What hangs was taken: it is sent again under its id, but no SMS, which a person looks at.
    /// - Parameter cut: how many deliveries are at the provider at most when the worker ends.
    private func play(
      _ name: String, _ channel: DeliveryChannel, cut: Int, _ stop: (WorkerPlay, DaemonProcess) throws -> Void
    ) throws {
      let repeats = channel == .sms ? 0 : cut
      try WorkerPlay.play("\(name), \(channel.rawValue)", channel: channel, mayRepeat: repeats) { play in
        try stop(play, try leaveHanging(play))
        try play.startWorker(Self.flags)
        try play.waitUntilCommitted()
        let letters = try play.site.records(.deadLetters).count
        #expect(try play.site.statuses(.ambiguous).count == letters)
        #expect(channel == .sms ? letters > 0 : letters == 0)
      }
    }

    @Test(arguments: channels)
    func `it leaves in time with a status of its own, and the next one knows what may have been sent`(
      channel: DeliveryChannel
    ) throws {
      try play("SIGTERM while sends hang", channel, cut: Self.hanging(channel)) { _, worker in
        let exit = try worker.terminate()
        #expect(exit == .code(1))
      }
    }

    @Test(arguments: Soak.choose([.pushIOS], soak: channels))
    func `a second signal ends it at once with a status of its own, and nothing is lost`(
      channel: DeliveryChannel
    ) throws {
      // All that were written may be there.
      try play("SIGTERM twice", channel, cut: 20) { _, worker in
        worker.bongsu.process.signal(SIGTERM)
        try worker.waitForProblem("stopping")
        worker.bongsu.process.signal(SIGTERM)
        #expect(try worker.waitForExit() == .code(128 + SIGTERM))
      }
    }

    /// Redis has what was sent, and Kafka, which is to be told, stands still.
    @Test func `it leaves in time though Kafka stands still, and the next one tells what it could not`() throws {
      try WorkerPlay.play("SIGTERM while Kafka stands still") { play in
        play.apns.setLatency(.milliseconds(300))
        let worker = try play.startWorker(Self.flags)
        try play.write(20)
        try play.waitUntilTaken(1)
        play.site.broker.pause()
        defer { play.site.broker.resume() }
        #expect(try worker.terminate() == .code(1))
        play.site.broker.resume()
        play.apns.setLatency(.zero)
        try play.startWorker(Self.flags)
      }
    }
  }
}
