import Foundation
import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// A provider says that it gets too much, and when it wants more.
  @Suite struct ThrottleFaults {
    private static let some = 20
    private static let asked = 3

    /// A vendor of text messages rests on its own account as well, so that it takes longer.
    private static let cases: [(DeliveryChannel, Bool)] = Soak.choose(
      [(.pushAndroid, false), (.pushAndroid, true)], soak: [(.pushAndroid, false), (.pushAndroid, true), (.sms, true)])

    @Test(arguments: cases)
    func `what asks to be left alone is, at no attempt's price, and gets more step by step afterwards`(
      channel: DeliveryChannel, isDate: Bool
    ) throws {
      let word = isDate ? "a date" : "seconds"
      try WorkerPlay.play("Retry-After in \(word), \(channel.rawValue)", channel: channel) { play in
        let reason = channel == .sms ? "TooManyRequests" : "QUOTA_EXCEEDED"
        let worker = try play.startWorker()
        func rate() throws -> Double { try worker.metrics().sum("bongsu_worker_rate_limit") }
        try play.write(Self.some)
        try play.waitUntilCommitted()
        #expect(try rate() == 0)
        // Of a burst some are taken, and their answers come behind.
        play.standIn.misbehave(
          .refuse(status: 429, reason: reason, retryAfter: Self.asked, isDate: isDate), .next(channel == .sms ? 1 : 3))
        let start = Self.now
        try play.write(Self.some)
        try worker.waitForProblem("\(play.standIn.name): \(reason)")
        try eventually("it slows down") { try rate() > 0 }
        try play.waitUntilCommitted()
        let times = play.times.filter { $0 >= start }.map { $0 - start }
        #expect(times.allSatisfy { $0 < 1_000 || $0 >= Self.asked * 1_000 }, "\(times)")
        #expect(times.contains { $0 >= Self.asked * 1_000 })
        try worker.waitUntilReady()
        let slow = try rate()
        try eventually("it is sent to faster again") {
          try play.write(1)
          return try rate() > slow
        }
        try play.waitUntilCommitted()
        #expect(try play.site.records(.deadLetters).isEmpty && play.site.statuses(.retrying).isEmpty)
        #expect(play.standIn.takenCount == play.written.count)
      }
    }

    private static var now: Int { Int(Date().timeIntervalSince1970 * 1_000) }
  }
}

extension WorkerPlay {
  /// When the stand-in took something, in milliseconds since 1970.
  fileprivate var times: [Int] {
    let times =
      switch standIn {
      case let fcm as FCMStandIn: fcm.fcm.received.filter(\.isAccepted).map(\.time)
      case let sms as SMSStandIn: sms.sms.received.filter(\.isAccepted).map(\.time)
      default: preconditionFailure("a stand-in whose times nobody has asked for yet")
      }
    return times.map { Int($0.milliseconds) }
  }
}
