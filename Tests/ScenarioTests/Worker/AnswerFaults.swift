import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// Servers that are not HTTP/2's alone: one vendor of text messages of two, and a mail server.
  @Suite struct AnswerFaults {
    private static let some = 20
    private static let faults: [Misbehaviour] = Soak.choose(
      [.headersWithoutEnd, .garbage, .longBody(bytes: 16 << 20)],
      soak: [
        .headersWithoutEnd, .garbage, .longBody(bytes: 16 << 20), .packed(bytes: 16 << 20), .hang,
        .slow(bytes: 1, every: .seconds(1)),
      ])

    /// What it may have taken goes to nobody else; what comes then goes to the next vendor.
    @Test(arguments: faults)
    func `a vendor whose answers have no end, or are none, costs the messages of that call alone`(
      fault: Misbehaviour
    ) throws {
      try WorkerPlay.play("one vendor answers \(fault)", channel: .sms, spare: .nhn) { play in
        let worker = try play.startWorker(["--set", "sms.timeout=2s"])
        play.standIn.misbehave(fault, .next(1))
        try play.write(1)
        try play.waitUntilCommitted()
        #expect(try play.site.statuses(.ambiguous).count == 1 && play.codes().values.reduce(0, +) == 1)
        try play.write(Self.some)
        try play.waitUntilCommitted()
        #expect(play.standIn.takenCount == play.written.count && play.vendors.spare?.counts.accepted ?? 0 > 0)
        #expect(try play.codes().values.reduce(0, +) == 1)
        try eventually("it is told of") { worker.said("a vendor takes nothing at present", #""vendor":"solapi""#) }
        #expect(try worker.peakMemory() < 256 << 20)
      }
    }

    @Test func `a vendor that takes nothing is told of, and so is its return`() throws {
      try WorkerPlay.play("one vendor is down", channel: .sms, spare: .nhn) { play in
        let worker = try play.startWorker()
        func isUp(_ vendor: String) throws -> Bool {
          try worker.metrics().sum("bongsu_worker_vendor_up", where: #"vendor="\#(vendor)""#) == 1
        }
        try eventually("both are up") { try isUp("solapi") && isUp("nhn") }
        play.standIn.misbehave(play.vendors.sms.failing, .all)
        try play.write(Self.some)
        try play.waitUntilCommitted()
        #expect(play.vendors.spare?.counts.accepted == Self.some)
        try eventually("it is told of") { try !isUp("solapi") && isUp("nhn") }
        #expect(worker.said("a vendor takes nothing at present", #""vendor":"solapi""#, #""code":"#))
        #expect(try worker.problem() == nil)
        play.standIn.behave()
        try eventually("it is up again") {
          try play.write(1)
          return try isUp("solapi")
        }
        #expect(worker.said("a vendor takes messages again", #""vendor":"solapi""#))
        #expect(play.vendors.sms.counts.accepted > 0)
        try play.waitUntilCommitted()
        #expect(try play.site.records(.deadLetters).isEmpty)
      }
    }

    @Test func `a mail server whose replies are none costs an attempt only where it had the mail`() throws {
      try WorkerPlay.play("the mail server answers as none", channel: .email) { play in
        let worker = try play.startWorker()
        try play.write(Self.some)
        try play.waitUntilCommitted()
        play.smtp.misbehave(.garbage, .next(2), at: .endOfData)
        try play.write(Self.some)
        try play.waitUntilCommitted()
        let codes = try play.codes()
        #expect(play.smtp.misbehaved == 2 && codes.values.reduce(0, +) == 2, "\(codes)")
        #expect(try play.site.statuses(.retrying).count == 2)
        play.smtp.misbehave(.garbage, .all, at: .connect)
        play.smtp.cutConnections()
        try play.write(Self.some)
        try worker.waitForProblem("smtp: ")
        #expect(play.standIn.takenCount == 2 * Self.some)
        play.smtp.behave()
        try play.waitUntilCommitted()
        try worker.waitUntilReady()
        #expect(try play.codes() == codes)
      }
    }
  }
}
