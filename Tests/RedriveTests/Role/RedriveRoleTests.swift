import Foundation
import LocalServers
import NotificationModel
import Redis
import TestSupport
import Testing

/// Redrive as an operator runs it, on real servers, with tiers that are short enough to be waited for.
@Suite("Redrive", .requires(.postgres, .redis, .broker))
struct RedriveRoleTests {
  private let site: RedriveSite

  init() throws {
    site = try RedriveSite()
    try site.site.makePeople(10)
  }

  private func start(_ flags: [String] = []) throws -> DaemonProcess {
    try site.start(redis: SharedServers.redis.address, flags)
  }

  /// An SMS to a user as routed, under its contact's id.
  private func sms(_ user: Int, category: String = "service") throws -> Delivery {
    var delivery = RedriveSite.sms(user, category: category)
    delivery.target = try site.site.database.contact(of: user, "phone")
    return delivery
  }

  @Test func `what failed comes back after its tier's wait, byte for byte, with the attempt counted`() throws {
    let redrive = try start()
    try redrive.waitForLine(#""message":"working""#)
    let letter = try site.letter(sms(1), attempt: 2)
    let start = Date()
    try site.produce([letter])
    try eventually("it is back") { try site.records(.sms).count == 1 }
    // Due 800 ms after the broker had it, which was later than this.
    #expect(Date().timeIntervalSince(start) >= 0.8)
    let record = try #require(try site.records(.sms).first)
    #expect(Array(record.value.utf8) == letter.value && record.key == "1")
    #expect(record.header("bongsu-attempt") == "3" && record.header("bongsu-event-time") != nil)
    #expect(record.ownHeaders.count == 3 && record.header("traceparent") == "00-1-2-3")
    #expect(!record.headers.contains { $0.name.hasPrefix("bongsu-error") || $0.name == "bongsu-origin" })
    #expect(try site.records(NotificationTopic.retries[1]).count == 1)
    #expect(try site.records(.parked).isEmpty && site.records(.alerts).isEmpty)
    #expect(try redrive.terminate().isSuccess)
  }

  @Test func `after its last attempt it is parked whole, has failed for good, and an operator hears of it`() throws {
    let redrive = try start()
    let delivery = try sms(2)
    let letter = try site.letter(delivery, code: "E-7", attempt: 5)
    try site.produce([letter])
    try eventually("it is parked") { try site.records(.parked).count == 1 && site.alerts().count == 1 }
    let parked = try #require(try site.records(.parked).first)
    #expect(Array(parked.value.utf8) == letter.value && parked.key == "2")
    #expect(Set(parked.headers.map { "\($0.name)=\($0.value)" }) == Set(letter.headers.map { "\($0.name)=\($0.text)" }))
    let failed = try site.statuses(.fail)
    #expect(failed.map(\.deliveryID) == [delivery.id] && failed[0].reason == "E-7" && failed[0].attempt == 5)
    let alert = try site.alerts()[0]
    #expect(alert.group == "parked/sms/E-7" && alert.count == 1 && alert.references == [delivery.id])
    #expect(alert.severity == .critical)
    #expect(try site.records(.alerts).map(\.key) == [alert.group])
    #expect(try site.records(.sms).isEmpty)
    #expect(try redrive.terminate().isSuccess)
  }
}
