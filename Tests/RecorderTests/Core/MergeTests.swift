import Foundation
import NotificationModel
import Recorder
import TestSupport
import Testing

@Suite("Statuses of one delivery, merged")
struct MergeTests {
  private func merged(_ statuses: [DeliveryStatus]) -> LogBatch {
    statuses.reduce(into: LogBatch()) { $0.add(.delivery($1)) }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `any order and any repetition come to the same rows`(seed: UInt64) {
    let load = StatusLoad(events: 20, seed: seed)
    var random = SeededGenerator(seed: seed)
    let once = merged(load.deliveries)
    #expect(once.deliveries.count == Set(load.deliveries.map(\.deliveryID)).count)
    let again = load.deliveries.shuffled(using: &random) + load.deliveries.shuffled(using: &random).prefix(30)
    #expect(merged(again) == once)
  }

  @Test func `a late PENDING undoes nothing, and the first times stay`() throws {
    let load = try #require(
      (0..<50 as Range<UInt64>).lazy.map { StatusLoad(events: 1, seed: $0).deliveries }
        .first { $0.contains { $0.state == .success } })
    let success = try #require(load.last { $0.state == .success })
    var late = success
    (late.state, late.attempt, late.time, late.replay) = (.pending, 0, UnixTime(milliseconds: .max / 1_000), 0)
    let rows = merged(load + [late]).deliveries.values.filter { $0.key.delivery == success.deliveryID }
    #expect(rows.first?.last == success && rows.first?.finishedAt == success.time)
    #expect(rows.first?.pendingAt != late.time)
  }

  @Test func `a replay counts over what came before it`() throws {
    var status = StatusLoad(events: 1, seed: 1).deliveries[0]
    (status.replay, status.attempt, status.state) = (0, 3, .fail)
    var replayed = status
    (replayed.replay, replayed.attempt, replayed.state) = (1, 0, .pending)
    #expect(merged([replayed, status]).deliveries.values.first?.last.state == .pending)
    #expect(merged([status, replayed]).deliveries.values.first?.last.state == .pending)
  }

  @Test func `what was released comes out of the event's own deferrals, once for each part`() throws {
    let time = UnixTime(milliseconds: StatusLoad.start)
    func routed(_ part: String?, _ counts: (Int, Int, Int), at offset: Int64, release: Bool = false) -> RoutedStatus {
      var status = RoutedStatus(
        eventID: "e", eventTime: time, replay: 0, isRelease: release, deliveries: counts.0, suppressions: counts.1,
        deferrals: counts.2, unresolved: 0, time: UnixTime(milliseconds: StatusLoad.start + offset))
      (status.part, status.origin) = (part, "t/0/\(offset)")
      return status
    }
    var batch = LogBatch()
    let all = [
      routed(nil, (2, 1, 3), at: 1), routed(nil, (2, 1, 3), at: 2),
      routed("release:a", (1, 1, 1), at: 3, release: true),
      routed("release:a", (1, 1, 1), at: 4, release: true), routed("to:b", (4, 0, 0), at: 5),
    ]
    for status in all.reversed() { batch.add(.routed(status)) }
    let rows = batch.routed.values
    #expect(rows.count == 3)
    #expect(rows.map(\.deliveries).reduce(0, +) == 7 && rows.map(\.suppressions).reduce(0, +) == 2)
    #expect(rows.map(\.deferrals).reduce(0, +) == 1)
    #expect(rows.first { $0.key.part == "" }?.origin == "t/0/2")
  }

  @Test(
    arguments: [
      (0, "1970-01-01"), (86_399_999, "1970-01-01"), (86_400_000, "1970-01-02"), (951_782_400_000, "2000-02-29"),
      (1_795_132_800_000, "2026-11-20"), (253_402_300_799_999, "9999-12-31"),
    ] as [(Int64, String)])
  func `a day is UTC's`(milliseconds: Int64, day: String) {
    #expect(EventDay(of: UnixTime(milliseconds: milliseconds)).description == day)
  }
}
