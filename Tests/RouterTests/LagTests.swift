import Foundation
import LocalServers
import NotificationModel
import Postgres
import TestSupport
import Testing

/// How much waits is told above all while nothing can be done about it: the alert is for that.
@Suite("A router that is behind", .requires(.postgres, .redis, .broker), .serialized)
struct LagTests {
  private func write(_ count: Int, to site: RouterSite) throws {
    let events = (0..<count).map { number in
      EventWriter.Event(
        id: UUID().uuidString.lowercased(), key: "\(number)", payload: RouterSite.hello(number % 3 + 1), headers: [:])
    }
    try EventWriter(site).write(events)
  }

  private func expect(_ lag: Int, _ router: DaemonProcess) throws {
    try eventually("\(lag) events are told to wait", within: .seconds(60)) {
      try router.metrics().sum("bongsu_router_lag_records") == Double(lag)
    }
  }

  @Test func `busy with a batch it tells how many events wait, those in hand among them`() throws {
    let site = try RouterSite(partitions: 1)
    try site.makePeople(3)
    try write(2_000, to: site)
    // Whoever asks what people chose has to wait.
    let blocker = try site.database.connect()
    try blocker.run(script: "BEGIN; LOCK TABLE notification.preference")
    let router = try site.startRouter(redis: SharedServers.redis.address, ["--set", "router.lanes=1"])
    try expect(2_000, router)
    #expect(try router.metrics().sum("bongsu_router_events_total") == 0)
    try blocker.run(script: "COMMIT")
    try expect(0, router)
    #expect(try router.metrics().sum("bongsu_router_events_total") == 2_000)
    #expect(try router.terminate().isSuccess)
  }

  @Test func `without PostgreSQL it tells how many events wait, those among them that come meanwhile`() throws {
    let postgres = try PostgresServer()
    let site = try RouterSite(postgres: postgres)
    try site.makePeople(3)
    let router = try site.startRouter(redis: SharedServers.redis.address)
    try router.waitUntilReady()
    try postgres.stop(.immediate)
    try write(700, to: site)
    try router.waitForProblem("PostgreSQL")
    try expect(700, router)
    try write(500, to: site)
    try expect(1_200, router)
    try postgres.start()
    try expect(0, router)
    #expect(try router.terminate().isSuccess)
  }
}
