import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import TestSupport
import Testing

/// From a worker's word to the router's next event, with the binary's own roles.
@Suite("A dead address on its way", .requires(.postgres, .redis, .broker))
struct DeadContactRoleTests {
  @Test func `a hard bounce that was recorded has the router suppress the next mail, and nothing else`() throws {
    let site = try RecorderSite()
    try site.router.makePeople(2)
    var status = StatusLoad(events: 1, seed: 7).deliveries[0]
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + 1_000)
    (status.channel, status.user, status.state, status.reason) = (.email, 1, .fail, "550_5.1.1")
    status.target = try site.database.contact(of: 1, "email")
    (status.deadSince, status.addressMark) = (now, DeadContactTests.mailMark)
    let recorder = try site.startRecorder()
    try RecordWriter(site.router.broker).write([.status(status)], to: site.router.name(.status))
    try eventually("it is suppressed") { try site.count("notification.suppression WHERE reason = 'hard_bounce'") == 1 }
    #expect(try recorder.metrics().sum("bongsu_recorder_addresses_suppressed_total") == 1)
    let router = try site.router.startRouter(redis: SharedServers.redis.address)
    try site.router.produce(RouterSite.hello(1))
    try site.router.produce(RouterSite.hello(2))
    try eventually("both are routed") { try site.router.routed().count == 2 }
    let refused = try site.router.statuses().filter { $0.state == .suppressed }
    #expect(refused.map(\.reason) == ["SUPPRESSED_ADDRESS"])
    #expect(refused.map(\.channel) == [.email] && refused.map(\.user) == [1])
    #expect(try site.router.deliveries(.email).map(\.user) == [2] && site.router.deliveries(.sms).count == 2)
    #expect(try router.terminate().isSuccess && recorder.terminate().isSuccess)
  }
}
