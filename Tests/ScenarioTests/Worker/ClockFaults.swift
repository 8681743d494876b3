import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// The clock of the workers' machine is an hour off those of Redis, of Kafka and of the provider.
  @Suite(.requires(.compiler)) struct ClockFaults {
    private static let some = 20
    private static let hour = Duration.seconds(3_600)
    private static let jumps: [(DeliveryChannel, Duration)] = Soak.choose(
      [(.pushIOS, hour), (.sms, hour)],
      soak: DeliveryChannel.allCases.flatMap { [($0, hour), ($0, .zero - hour)] })

    /// What providers refuse for its date waits; what is in flight and what comes after is sent once, and on time.
    @Test(arguments: jumps)
    func `a clock that jumps by an hour, and back, loses nothing and sends nothing twice`(
      channel: DeliveryChannel, jump: Duration
    ) throws {
      let clock = try ShiftedClock()
      let name = "clock jumps by \(jump), \(channel.rawValue)"
      try WorkerPlay.play(name, channel: channel, environment: clock.environment) { play in
        let worker = try play.startWorker()
        try play.write(Self.some)
        try play.waitUntilCommitted()
        play.standIn.setLatency(.milliseconds(500))
        try play.write(Self.some)
        try play.waitUntilTaken(Self.some + 1)
        try clock.set(ahead: jump)
        try eventually("it tells how far its clock is off") {
          abs(try worker.metrics().sum("bongsu_worker_clock_skew_seconds") - jump / .seconds(1)) < 60
        }
        play.standIn.setLatency(.zero)
        try play.write(Self.some)
        try eventually("they are sent, or the provider refuses them") {
          try play.standIn.takenCount == play.written.count || worker.problem() != nil
        }
        try clock.set(ahead: .zero)
        try play.write(Self.some)
        try play.waitUntilCommitted()
        try worker.waitUntilReady()
        #expect(play.standIn.takenCount == play.written.count)
        #expect(try play.site.records(.deadLetters).isEmpty)
      }
    }

    /// Within an hour certificates of the stand-ins are valid, and Kafka takes a record's time; so APNs' clock is two
    /// minutes off to the other side.
    private static let starts: [(DeliveryChannel, Duration, String)] = [
      (.pushIOS, .seconds(-3_540), "apns: ExpiredProviderToken"),
      (.pushIOS, .seconds(3_540), "apns: InvalidProviderToken"), (.pushAndroid, hour, "fcm: invalid_grant"),
    ]

    @Test(arguments: starts)
    func `a worker whose clock was wrong from the start says what the provider refuses, and goes on once it is right`(
      channel: DeliveryChannel, ahead: Duration, words: String
    ) throws {
      let clock = try ShiftedClock()
      try clock.set(ahead: ahead)
      let name = "clock wrong by \(ahead), \(channel.rawValue)"
      try WorkerPlay.play(name, channel: channel, environment: clock.environment) { play in
        if channel == .pushIOS { play.apns.advanceClock(by: .seconds(ahead < .zero ? 120 : -120)) }
        let worker = try play.startWorker(awaitsReady: false)
        try play.write(Self.some)
        try worker.waitForProblem(words)
        #expect(play.standIn.takenCount == 0)
        try clock.set(ahead: .zero)
        try play.waitUntilCommitted()
        try worker.waitUntilReady()
        #expect(try play.site.records(.deadLetters).isEmpty)
      }
    }

    /// Too late by its own clock, a delivery goes to redrive, which judges it by its own.
    @Test func `what is due within the hour is not lost to a clock that is ahead`() throws {
      let clock = try ShiftedClock()
      try clock.set(ahead: Self.hour)
      try WorkerPlay.play("clock ahead, sendBefore", environment: clock.environment) { play in
        try play.startWorker(awaitsReady: false)
        try play.write(Self.some, within: .seconds(1_800))
        try play.write(Self.some, within: .seconds(7_200))
        try play.waitUntilCommitted()
        let letters = try play.site.records(.deadLetters)
        #expect(letters.count == Self.some)
        #expect(letters.allSatisfy { $0.header(RecordHeader.errorClass) == ErrorClass.window.rawValue })
      }
    }
  }
}
