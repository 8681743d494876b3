import LocalServers
import NotificationModel
import Runtime
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Router

/// The thread that releases, and what it tells of what it does not.
@Suite("The releases of what waited", .requires(.postgres, .redis, .broker))
struct ReleaseTests {
  private let fixture: BatchFixture
  private let registry = MetricsRegistry()

  init() throws {
    fixture = try BatchFixture()
    try Self.makeDue(3, in: fixture.database)
  }

  private static func makeDue(_ count: Int, in database: TestDatabase) throws {
    try database.run(
      """
      INSERT INTO notification.deferred_event
      SELECT md5(n::text)::uuid, 'user', n::text, 'n', '{}', NULL, now() FROM generate_series(1, \(count)) n;
      INSERT INTO notification.deferred
      SELECT md5(n::text)::uuid, 'sms', '1', now() - interval '2 hours', 'night' FROM generate_series(1, \(count)) n
      """)
  }

  private static let take = "ALTER FUNCTION notification.release_deferred(int, int) RENAME TO release_deferred_not"
  private static let give = "ALTER FUNCTION notification.release_deferred_not(int, int) RENAME TO release_deferred"

  private func play(perSecond: Int, _ trouble: Trouble = Trouble(), _ body: () throws -> Void) throws {
    var settings = fixture.settings
    settings.release.perSecond = perSecond
    let stop = StopRequest()
    let metrics = RouterMetrics(registry)
    let thread = OwnedThread(name: "release") { [settings] in
      var loop = ReleaseLoop(
        settings: settings, metrics: metrics, logger: Logger(label: "test", level: .critical), stop: stop,
        report: { trouble.set($0) })
      loop.lookInterval = 0
      loop.run()
    }
    defer {
      stop.request(within: .seconds(5))
      thread.join(timeoutMilliseconds: 10_000)
    }
    try body()
  }

  private func expect(_ sample: String) throws {
    try eventually(sample) { registry.render().contains("bongsu_router_\(sample)\n") }
  }

  @Test func `what is due and nobody releases is told, with how long it has been`() throws {
    try play(perSecond: 0) {
      try expect("due_deferrals 3")
      let line = registry.render().split(separator: "\n").first { $0.hasPrefix("bongsu_router_due_lag_seconds ") }
      let seconds = try #require(line?.split(separator: " ").last.flatMap { Int($0) })
      #expect((7_200..<7_500).contains(seconds))
      try expect("released_total 0")
    }
    #expect(try fixture.database.scalar("SELECT count(*) FROM outbox.event") == "0")
  }

  @Test func `a release that fails is told until it does not, and nothing is lost`() throws {
    try fixture.database.run(Self.take)
    let trouble = Trouble()
    try play(perSecond: 100, trouble) {
      try eventually("it says why") { trouble.text?.contains("release_deferred") == true }
      try eventually("it is counted") {
        !registry.render().contains(#"bongsu_router_release_rounds_total{result="failed"} 0"#)
      }
      try fixture.database.run(Self.give)
      try expect("released_total 3")
      try expect("due_deferrals 0")
      try eventually("it says no more") { trouble.text == nil }
    }
  }

  @Test func `a router that cannot release says so, routes, and is ready`() throws {
    let site = try RouterSite()
    try site.makePeople(1)
    try site.database.run(Self.take)
    try Self.makeDue(2, in: site.database)
    let router = try site.startRouter(redis: SharedServers.redis.address)
    try site.produce(RouterSite.hello(1))
    try eventually("it is routed", within: .seconds(60)) { try site.routed().count == 1 }
    try router.waitUntilReady()
    let probe = try router.bongsu.probe()
    try eventually("it says what it cannot do") {
      let answer = try probe.get("/readyz")
      return answer.status == 200 && answer.body.contains(#""impaired":{"release":"deferred deliveries cannot"#)
    }
    try site.database.run(Self.give)
    try eventually("they are released") {
      try router.metrics().sum("bongsu_router_released_total") == 2
        && probe.get("/readyz").body == #"{"ok":true,"problems":{}}"# + "\n"
    }
    #expect(try router.terminate().isSuccess)
  }

  private final class Trouble: Sendable {
    private let current = Mutex<String?>(nil)
    var text: String? { current.withLock { $0 } }
    func set(_ text: String?) { current.withLock { $0 = text } }
  }
}
