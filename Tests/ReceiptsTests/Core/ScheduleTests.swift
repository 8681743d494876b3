import NotificationModel
import Providers
import Testing
import Worker

@testable import Receipts

@Suite("When a vendor is asked") struct ScheduleTests {
  private func minutes(_ count: Int64) -> UnixTime { UnixTime(milliseconds: count * 60_000) }

  @Test func `each ask waits twice as long as the one before, up to the longest`() {
    #expect(ReceiptSchedule().waits.map { $0 / 60_000 } == [5, 10, 20, 40, 80, 120])
    var schedule = ReceiptSchedule()
    (schedule.interval, schedule.longest) = (.seconds(60), .seconds(10))
    #expect(schedule.waits == [60_000])
  }

  @Test func `after three days nobody is asked any more`() {
    let schedule = ReceiptSchedule()
    #expect(!schedule.isOver(acceptedAt: minutes(7), now: minutes(7 + 72 * 60 - 1)))
    #expect(schedule.isOver(acceptedAt: minutes(7), now: minutes(7 + 72 * 60)))
  }

  @Test func `no more are in hand than can be asked about before they come due again`() {
    var schedule = ReceiptSchedule()
    #expect(schedule.mostInHand(rate: 20) == 500 && schedule.mostInHand(rate: 1) == 150)
    schedule.interval = .seconds(1)
    #expect(schedule.mostInHand(rate: 20) == 10 && schedule.mostInHand(rate: 1) == 1)
  }

  @Test func `what is known is told, and what is not is asked again`() {
    let key = SMSReceiptKey(vendor: "solapi", id: "M1")
    func word(_ result: SMSResult) -> ReceiptWord? { ReceiptWord(ReceiptReport(key, result)) }
    #expect(word(.delivered)?.receipt == .delivered && word(.delivered)?.code == nil)
    #expect(word(.failed(code: "3014"))?.receipt == .undelivered && word(.failed(code: "3014"))?.code == "3014")
    #expect(word(.pending) == nil && word(.notFound) == nil)
    #expect(word(.noAnswer(SendFailure(.providerBusy, code: "HTTP_503"))) == nil)
    #expect(ReceiptWord.silence(of: key).receipt == .unknown)
  }

  @Test func `a word changes nothing of the attempt that it is of`() throws {
    var taken = DeliveryStatus(
      deliveryID: "d", eventID: "e", eventTime: minutes(1), replay: 2, attempt: 3, state: .success, user: 4,
      channel: .sms, target: "t", category: "c", template: "p", time: minutes(2))
    taken.providerID = "solapi:M1"
    let word = try #require(ReceiptWord(ReceiptReport(SMSReceiptKey(vendor: "solapi", id: "M1"), .failed(code: "x"))))
    var told = word.status(of: taken, now: minutes(9))
    #expect(told.receipt == .undelivered && told.receiptCode == "x" && told.time == minutes(9))
    (told.receipt, told.receiptCode, told.time) = (nil, nil, taken.time)
    #expect(told == taken)
  }
}
