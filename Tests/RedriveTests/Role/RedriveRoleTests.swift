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

  @Test func `what the person has turned off since is suppressed when it is due, and nothing is sent`() throws {
    // Long enough for the person to come before it is due, also on a busy machine.
    let redrive = try site.start(
      redis: SharedServers.redis.address, tiers: "1s,2s,3s,8s", ["--set", "redrive.ladder=1h"])
    let delivery = try sms(3)
    try site.produce([site.letter(delivery)])
    try eventually("it waits") { try site.records(NotificationTopic.retries[3]).count == 1 }
    try site.site.database.run(
      "INSERT INTO notification.preference (user_id, category, channel, enabled) VALUES (3, 'service', 'sms', false)")
    try eventually("it is suppressed") { try site.statuses(.suppressed).count == 1 }
    let status = try site.statuses(.suppressed)[0]
    #expect(status.deliveryID == delivery.id && status.reason == "OPTED_OUT" && status.attempt == 2)
    #expect(try site.records(.sms).isEmpty && site.records(.parked).isEmpty)
    #expect(try redrive.terminate().isSuccess)
  }

  @Test func `an event whose user was not known is routed anew as a whole, for those that are open`() throws {
    let redrive = try start()
    var note = FailureNote(.retriable, code: "UNKNOWN_USER", detail: "x", origin: "\(site.site.name(.events))/0/0")
    note.open = [1]
    let letter = RedriveSite.Letter(
      key: "u", value: Array("any".utf8), headers: [("id", "e")] + note.headers(hasEventTime: false))
    try site.produce([letter])
    try eventually("it is back") { try site.records(.events).count == 1 }
    let record = try site.records(.events)[0]
    #expect(record.value == "any" && record.header("bongsu-recipients") == "1" && record.ownHeaders == ["id=e"])
    #expect(record.header("bongsu-attempt") == "2")
    #expect(try redrive.terminate().isSuccess)
  }

  @Test func `poison of every kind is parked once and never comes back`() throws {
    let redrive = try start()
    let event = FailureNote(.permanent, code: "INVALID_JSON", detail: "x", origin: "\(site.site.name(.events))/0/3")
    let broken = FailureNote(.retriable, code: "X", detail: "", origin: "\(site.site.name(.sms))/0/3")
    try site.produce([
      RedriveSite.Letter(key: "1", value: Array("{".utf8), headers: [("id", "e")] + event.headers(hasEventTime: false)),
      RedriveSite.Letter(key: "1", value: Array("{".utf8), headers: broken.headers(hasEventTime: false)),
      RedriveSite.Letter(key: "1", value: Array("stray".utf8), headers: []),
      site.letter(sms(4), .permanent, code: "Forbidden"),
      site.letter(sms(4), .permanent, code: "LOST", isAmbiguous: true),
    ])
    let codes = ["Forbidden", "INVALID_DELIVERY", "INVALID_JSON", "LOST", "UNREADABLE_DEAD_LETTER"]
    try eventually("all are parked") {
      try site.records(.parked).compactMap { $0.header("bongsu-error-code") }.sorted() == codes
    }
    try eventually("an operator hears of each") {
      try Set(site.alerts().map(\.group))
        == [
          "parked/sms/Forbidden", "parked/sms/INVALID_DELIVERY", "parked/events/INVALID_JSON", "parked/sms/LOST",
          "parked/unknown/UNREADABLE_DEAD_LETTER",
        ]
    }
    #expect(try site.statuses(.fail).map(\.reason) == ["Forbidden"])
    let schemas = try site.records(.parked).filter { $0.header("bongsu-error-code") == "INVALID_JSON" }
    #expect(schemas.map { $0.header("schema") } == ["notification.v1"])
    #expect(try redrive.terminate().isSuccess)
    #expect(try site.records(.events).isEmpty && site.records(.sms).isEmpty && site.records(.parked).count == 5)
    #expect(try NotificationTopic.retries.allSatisfy { try site.records($0).isEmpty })
  }

  @Test func `a dead letter that is told twice goes on once`() throws {
    let redrive = try start()
    let letter = try site.letter(sms(5))
    try site.produce([letter, letter])
    try site.produce([letter])
    try site.produce([try site.letter(sms(5))])
    try eventually("both deliveries are back") { try site.records(.sms).count == 2 }
    try eventually("it is counted") { try redrive.metrics().sum("bongsu_redrive_repeated_total") == 2 }
    #expect(try redrive.terminate().isSuccess)
    #expect(try site.records(.sms).count == 2)
  }

  @Test func `what grew too large for its topic is parked, and the next one flows`() throws {
    let redrive = try start()
    let note = FailureNote(.retriable, code: "UNKNOWN_USER", detail: "", origin: "\(site.site.name(.events))/0/0")
    let large = Array(repeating: UInt8(ascii: "x"), count: TopicLayout.defaultMaxMessageBytes + 1_000)
    try site.produce([
      RedriveSite.Letter(key: "1", value: large, headers: [("id", "e")] + note.headers(hasEventTime: false)),
      site.letter(sms(1)),
    ])
    try eventually("the next is back") { try site.records(.sms).count == 1 }
    try eventually("it is parked") { try site.records(.parked).count == 1 && site.alerts().count == 1 }
    let parked = try site.records(.parked)[0]
    #expect(parked.value.utf8.count == large.count && parked.header("bongsu-error-class") == "PERMANENT")
    #expect(try site.records(.events).isEmpty)
    #expect(try redrive.terminate().isSuccess)
  }

  @Test func `retry topics without the broker's time are named, and nothing is read`() throws {
    let site = try RedriveSite(retries: ["message.timestamp.type": "CreateTime"])
    let redrive = try site.start(redis: SharedServers.redis.address)
    try redrive.waitForProblem("LogAppendTime")
    #expect(redrive.said("bongsu topics apply"))
    #expect(try redrive.terminate().isSuccess)
  }
}
