import NotificationModel
import Providers
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Receipts

@Suite("Messages that are awaited", .requires(.postgres))
struct ReceiptStoreTests {
  private static let start: Int64 = 1_795_132_800_000
  private let database: TestDatabase

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
  }

  private func at(_ seconds: Int64) -> UnixTime { UnixTime(milliseconds: Self.start + seconds * 1_000) }

  private func store(_ schedule: ReceiptSchedule = ReceiptSchedule()) throws -> ReceiptStore {
    ReceiptStore(try database.user(in: "notification_worker"), schedule)
  }

  /// So many of a vendor, taken by it at `start`.
  private func fill(_ count: Int, of vendor: String = "solapi") throws {
    try database.run(
      """
      INSERT INTO notification.awaited_receipt (event_day, delivery_id, provider_id, accepted_at, due_at)
      SELECT '2026-11-20', gen_random_uuid(), '\(vendor):M' || n, to_timestamp(\(Self.start / 1_000)),
        to_timestamp(\(Self.start / 1_000)) FROM generate_series(1, \(count)) AS n
      """)
  }

  @Test func `it is due a minute after the vendor took it, and later and later`() throws {
    try fill(1)
    let store = try store()
    var now: Int64 = 60
    #expect(try store.take("solapi", most: 9, overOnly: false, now: at(59)).isEmpty)
    for (ask, minutes) in [5, 10, 20, 40, 80, 120, 120].enumerated() {
      let taken = try store.take("solapi", most: 9, overOnly: false, now: at(now))
      #expect(taken.map(\.asks) == [ask + 1] && taken.first?.acceptedAt == at(0), "ask \(ask)")
      // Up to a tenth later, by chance.
      #expect(try store.take("solapi", most: 9, overOnly: false, now: at(now + Int64(minutes) * 60 - 1)).isEmpty)
      now += Int64(minutes) * 66
    }
  }

  @Test func `the last time is no later than the end, and then it comes again until it is told`() throws {
    try fill(1)
    let end: Int64 = 72 * 3_600
    let store = try store()
    #expect(try store.take("solapi", most: 9, overOnly: true, now: at(end - 1)).isEmpty)
    #expect(try store.take("solapi", most: 9, overOnly: false, now: at(end - 60)).count == 1)
    #expect(try store.take("solapi", most: 9, overOnly: true, now: at(end)).map(\.asks) == [2])
    #expect(try store.take("solapi", most: 9, overOnly: true, now: at(end)).isEmpty)
    #expect(try store.take("solapi", most: 9, overOnly: true, now: at(end + 660)).map(\.asks) == [3])
  }

  @Test func `each vendor's are its own`() throws {
    try fill(2)
    try fill(3, of: "sens")
    let store = try store()
    #expect(try store.take("nhn", most: 9, overOnly: false, now: at(60)).isEmpty)
    #expect(try store.backlog(["sens", "twilio"], now: at(360)) == (awaited: 3, overdue: 300))
    #expect(Set(try store.take("sens", most: 9, overOnly: false, now: at(60)).map(\.key.vendor)) == ["sens"])
    #expect(try store.backlog(["solapi", "sens"], now: at(30)) == (awaited: 5, overdue: 0))
  }

  @Test func `two that take at once never have the same one`() throws {
    try fill(400)
    let taken = Mutex<[[AwaitedReceipt]]>([])
    let takers = try (0..<4).map { _ in try store() }
    nonisolated(unsafe) let stores = takers
    let threads = (0..<4).map { number in
      OwnedThread(name: "taker") {
        while let some = try? stores[number].take("solapi", most: 7, overOnly: false, now: at(60)), !some.isEmpty {
          taken.withLock { $0.append(some) }
        }
      }
    }
    for thread in threads { #expect(thread.join(timeoutMilliseconds: 60_000)) }
    let all = taken.withLock { $0.flatMap { $0.map(\.key) } }
    // One that found all of what was due in others' hands has ended early; what is left is nobody's.
    let left = try takers[0].take("solapi", most: 1_000, overOnly: false, now: at(60)).map(\.key)
    #expect(Set(all + left).count == 400 && all.count + left.count == 400)
    #expect(all.count > 100)
  }
}
