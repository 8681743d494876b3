import LocalServers
import NotificationModel
import Postgres
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Audience

@Suite("The store of deferred deliveries", .requires(.postgres))
struct DeferralStoreTests {
  private let database: TestDatabase
  private let store: DeferralStore

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    store = DeferralStore(try database.user(in: "notification_router"))
  }

  private static let past = UnixTime(milliseconds: 1_767_225_600_000)
  private static let future = UnixTime(milliseconds: 4_000_000_000_000)

  private func event(_ number: Int, _ due: UnixTime..., user: Int = 1) -> DeferredEvent {
    DeferredEvent(
      id: "0197e7a4-0000-7000-8000-00000000000\(number)", aggregateType: "user", aggregateID: "\(user)", type: "n",
      payload: #"{"template":"hello"}"#, headers: #"{"traceparent":"t"}"#, eventTime: Self.past,
      deliveries: due.enumerated().map {
        DeferredDelivery(channel: "push.ios", target: "\($0)", dueAt: $1, reason: "night")
      })
  }

  @Test func `what is kept twice waits once, and comes back when it is due`() throws {
    try store.keep([event(1, Self.past, Self.future), event(2, Self.past), event(3)])
    try store.keep([event(1, Self.past, Self.future)])
    try store.keep([])
    #expect(try database.scalar("SELECT count(*) FROM notification.deferred") == "3")
    #expect(try store.release(most: 100) == 2)
    #expect(try store.release(most: 100) == 0)
    let released = try database.connect().execute(
      "SELECT id, payload->'release'->>'eventTime', payload->'release'->'deliveries' FROM outbox.event ORDER BY id")
    #expect((0..<released.rowCount).map { released[$0, 0] } == [event(1).id, event(2).id])
    #expect(released[0, 1]?.hasPrefix("2026-01-01T00:00:00") == true)
    #expect(released[0, 2] == #"[{"target": "0", "channel": "push.ios"}]"#)
    #expect(try database.scalar("SELECT count(*) FROM notification.deferred_event") == "1")
  }

  @Test func `what is due and still there is counted, with how long the oldest has been`() throws {
    #expect(try store.due() == DeferralStore.Due())
    try store.keep([event(1, Self.past, Self.future), event(2, Self.past)])
    let due = try store.due()
    let age = Int((Double(SystemTime.unixMicroseconds()) / 1_000 - Double(Self.past.milliseconds)) / 1_000)
    #expect(due.count == 2 && abs(due.seconds - age) < 60)
    _ = try store.release(most: 10)
    #expect(try store.due() == DeferralStore.Due())
  }

  /// The rate's clock is moved by hand; what the server's own adds to it is bounded by how long the test takes.
  @Test func `20,000 that are due at one moment come back at the rate, each once`() throws {
    try database.run(
      """
      INSERT INTO notification.deferred_event
      SELECT md5(n::text)::uuid, 'user', n::text, 'n', '{}', NULL, now() FROM generate_series(1, 20000) n;
      INSERT INTO notification.deferred
      SELECT md5(n::text)::uuid, 'push.ios', '1', date_trunc('hour', now()), 'night' FROM generate_series(1, 20000) n
      """)
    let rate = 2_000
    let start = SystemTime.monotonicNanoseconds()
    var (released, seconds) = (0, 0)
    while released < 20_000 {
      var batch = 0
      repeat {
        batch = try store.release(most: 1_000, perSecond: rate)
        released += batch
      } while batch == 1_000
      let passed = Double(SystemTime.monotonicNanoseconds() - start) / 1e9
      #expect(Double(released) <= Double(rate) * (1 + Double(seconds) + passed))
      // A second's worth a second, so that it also ends.
      try #require(released >= min(20_000, rate * (seconds + 1)))
      try database.run("UPDATE notification.release_pace SET filled_at = filled_at - interval '1 second'")
      seconds += 1
    }
    #expect(released == 20_000 && seconds <= 10)
    #expect(try database.scalar("SELECT count(DISTINCT id) || ' ' || count(*) FROM outbox.event") == "20000 20000")
    #expect(try database.scalar("SELECT count(*) FROM notification.deferred") == "0")
    #expect(try database.scalar("SELECT count(*) FROM notification.deferred_event") == "0")
  }

  @Test func `a batch that cannot be kept is kept in no part`() throws {
    var bad = event(2, Self.past)
    bad.payload = "[]"
    let error = #expect(throws: PostgresError.self) { try store.keep([event(1, Self.past), bad]) }
    #expect(error.map { SQLState.integrityConstraintViolation ~= $0.sqlState } == true)
    #expect(try database.scalar("SELECT count(*) FROM notification.deferred") == "0")
  }

  @Test func `keeping and releasing the same event at once loses nothing`() throws {
    let race = Race()
    let settings = try database.settings
    let thread = OwnedThread(name: "releaser") {
      let releaser = DeferralStore(settings)
      while !race.isOver.load(ordering: .relaxed) {
        do { _ = try releaser.release(most: 10) } catch { race.failures.withLock { $0.append("\(error)") } }
      }
    }
    do {
      defer { race.isOver.store(true, ordering: .relaxed) }
      for _ in 0..<200 { try store.keep([event(1, Self.past)]) }
    }
    #expect(thread.join(timeoutMilliseconds: 60_000))
    _ = try store.release(most: 10)
    #expect(try database.scalar("SELECT count(*) FROM notification.deferred") == "0")
    #expect(try database.scalar("SELECT count(*) FROM notification.deferred_event") == "0")
    #expect(try database.scalar("SELECT count(*) > 0 FROM outbox.event") == "t")
    // A release that met a keeping is undone as a whole and comes again.
    let failures = race.failures.withLock { $0 }
    #expect(failures.allSatisfy { $0.contains("23503") }, "\(failures)")
  }

  private final class Race: Sendable {
    let isOver = Atomic(false)
    let failures = Mutex<[String]>([])
  }
}
