import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// No name server knows the provider's host, as where it is misspelt, or where they are away.
  @Suite(.requires(.compiler)) struct NameFaults {
    private static let some = 20

    @Test(arguments: [DeliveryChannel.pushIOS, .email])
    func `deliveries wait for a host whose name is not known, and are sent once it is`(channel: DeliveryChannel) throws
    {
      let names = try HostTable(name: "provider.test")
      let title = "host unknown, \(channel.rawValue)"
      try WorkerPlay.play(title, channel: channel, environment: names.environment) { play in
        let host =
          channel == .email
          ? "email.smtp.host=provider.test" : "apns.production=https://provider.test:\(play.server.port)"
        let worker = try play.startWorker(["--set", host], awaitsReady: false)
        try play.write(Self.some)
        try worker.waitForProblem(channel == .email ? "smtp: UNKNOWN_HOST" : "apns: UNKNOWN_HOST")
        #expect(try worker.isAlive() && worker.metrics().sum("bongsu_worker_breaker", where: #"state="closed""#) == 0)
        #expect(play.standIn.takenCount == 0)
        try names.set(isKnown: true)
        try play.waitUntilCommitted()
        try worker.waitUntilReady()
        #expect(play.standIn.takenCount == Self.some)
        #expect(try play.site.records(.deadLetters).isEmpty && play.site.statuses(.retrying).isEmpty)
      }
    }
  }
}
