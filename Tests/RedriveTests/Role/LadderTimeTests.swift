import Foundation
import LocalServers
import NotificationModel
import Redis
import TestSupport
import Testing

/// When a running redrive lets go of what waits, by the broker's times of the records that came and went.
@Suite("The ladder's times", .requires(.postgres, .redis, .broker), .serialized)
struct LadderTimeTests {
  private let site: RedriveSite

  init() throws {
    site = try RedriveSite()
    try site.site.makePeople(1)
  }

  /// Of one person, so that all lie in one partition of each topic.
  private func letters(_ count: Int, attempt: Int) throws -> [RedriveSite.Letter] {
    let target = try site.site.database.contact(of: 1, "phone")
    return try (0..<count).map { _ in
      var delivery = RedriveSite.sms(1)
      delivery.target = target
      return try site.letter(delivery, attempt: attempt)
    }
  }

  /// When a record came into a retry topic by the broker's clock, by its id.
  private func appended(_ tier: Int) throws -> [String: Int64] {
    let records = try site.records(NotificationTopic.retries[tier])
    return Dictionary(records.map { ($0.header("id") ?? "", $0.time) }) { $1 }
  }

  @Test func `each is let go once it is due and not before, in its order, and a longer tier holds back no shorter one`()
    throws
  {
    let waits: [Int64] = [400, 900, 1_500]
    let redrive = try site.start(redis: SharedServers.redis.address, tiers: "400ms,900ms,1500ms,1h")
    try redrive.waitUntilReady()
    // They wait for an hour before all the others come.
    try site.produce(letters(2, attempt: 4))
    try eventually("the long ones wait") { try site.records(NotificationTopic.retries[3]).count == 2 }
    for _ in 0..<4 {
      try site.produce(letters(2, attempt: 3) + letters(2, attempt: 2) + letters(2, attempt: 1))
    }
    try eventually("all others are back") { try site.records(.sms).count == 24 }
    let released = try site.records(.sms)
    for (tier, wait) in waits.enumerated() {
      let appended = try appended(tier)
      let own = released.filter { $0.header("bongsu-attempt") == "\(tier + 2)" }
      #expect(appended.count == 8 && own.count == 8)
      for record in own {
        let due = try #require(appended[record.header("id") ?? ""]) + wait
        // What is let go has its producer's time, which is redrive's. At rest it is a tick of its loop later; the bound is
        // for a machine that has much else to do, and a tenth of a thousandth of what the long ones wait for.
        #expect(record.time >= due && record.time < due + 10_000, "\(record.time - due) ms after it was due")
      }
      let order = try site.records(NotificationTopic.retries[tier]).compactMap { $0.header("id") }
      #expect(own.compactMap { $0.header("id") } == order)
    }
    #expect(try redrive.metrics().sum("bongsu_redrive_waiting_records", where: #"tier="1h""#) == 2)
    #expect(try redrive.metrics().sum("bongsu_redrive_due_lag_seconds") == 0)
    #expect(try redrive.terminate().isSuccess)
    #expect(try site.records(.parked).isEmpty)
  }

  @Test func `a tier that waits longer than Kafka lets a member be silent costs it no partition`() throws {
    let flags = [
      "--set", "redrive.ladder=1h", "--set", "kafka.properties.max.poll.interval.ms=6000", "--set",
      "kafka.properties.session.timeout.ms=6000",
    ]
    let redrive = try site.start(redis: SharedServers.redis.address, tiers: "1s,2s,3s,9s", flags)
    try redrive.waitUntilReady()
    try site.produce(letters(2, attempt: 1))
    try eventually("both are back", within: .seconds(60)) { try site.records(.sms).count == 2 }
    let appended = try appended(3)
    for record in try site.records(.sms) {
      #expect(record.time >= (appended[record.header("id") ?? ""] ?? .max) + 9_000)
    }
    #expect(try redrive.metrics().sum("bongsu_redrive_rebalances_total") == 0)
    #expect(try redrive.metrics().sum("bongsu_redrive_restarts_total") == 0)
    // That it would have been told of one.
    let other = try site.start(redis: SharedServers.redis.address, tiers: "1s,2s,3s,9s", flags)
    try eventually("the other has some of its partitions") {
      try redrive.metrics().sum("bongsu_redrive_rebalances_total") > 0
    }
    #expect(try redrive.terminate().isSuccess && other.terminate().isSuccess)
  }
}
