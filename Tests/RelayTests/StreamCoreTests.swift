import PGOutput
import Testing

@testable import Relay

@Suite("The stream's position and its feedback")
struct StreamCoreTests {
  @Test("after a reconnect the rows that were handed over are passed over, inside a transaction as well")
  func repeatedRows() {
    var tracker = StreamTracker(confirmed: .zero)
    tracker.begin(commit: LSN(rawValue: 10), committedAt: 0)
    let first = [tracker.row(), tracker.row()]
    tracker.disconnected()
    tracker.begin(commit: LSN(rawValue: 10), committedAt: 0)
    let again = [tracker.row(), tracker.row(), tracker.row()]
    let ended = tracker.commit(end: LSN(rawValue: 20))
    tracker.begin(commit: LSN(rawValue: 10), committedAt: 0)
    let late = tracker.row()
    let endedAgain = tracker.commit(end: LSN(rawValue: 20))
    #expect(first == [true, true] && again == [false, false, true] && ended)
    #expect(!late && !endedAgain)
  }

  @Test("rows of the open transaction are seen, and behind only at its end")
  func seen() {
    var tracker = StreamTracker(confirmed: LSN(rawValue: 5))
    tracker.begin(commit: LSN(rawValue: 10), committedAt: 0)
    _ = tracker.row()
    let open = tracker.seen
    _ = tracker.commit(end: LSN(rawValue: 20))
    let ended = tracker.seen
    #expect(open > LSN(rawValue: 10) && open <= ended)
    #expect(ended == LSN(rawValue: 20))
  }

  @Test("what a tracker has read stands before what it will read next, whatever has begun meanwhile")
  func place() {
    var tracker = StreamTracker(confirmed: LSN(rawValue: 5))
    tracker.begin(commit: LSN(rawValue: 10), committedAt: 0)
    _ = (tracker.row(), tracker.row())
    let read = tracker.next
    var again = StreamTracker(confirmed: LSN(rawValue: 5))
    again.begin(commit: LSN(rawValue: 10), committedAt: 0)
    var places: [Bool] = []
    for _ in 0..<3 {
      places.append(again.place < read)
      _ = again.row()
    }
    #expect(places == [true, true, false])
    _ = again.commit(end: LSN(rawValue: 20))
    again.begin(commit: LSN(rawValue: 20), committedAt: 0)
    #expect(again.place > read)
  }

  @Test("something new is confirmed soon, and an idle server hears from us within a third of its time-out")
  func feedback() {
    var clock = FeedbackClock(timeoutSeconds: 15, confirmed: .zero, now: 0)
    #expect(clock.next(confirmed: .zero, now: 0) == .wait(nanoseconds: 5_000_000_000))
    #expect(clock.next(confirmed: LSN(rawValue: 1), now: 0) == .wait(nanoseconds: 10_000_000))
    #expect(clock.next(confirmed: LSN(rawValue: 1), now: 10_000_000) == .send(askForReply: false))
    clock.didSend(confirmed: LSN(rawValue: 1), askedForReply: false, now: 10_000_000)
    clock.answerRequested()
    #expect(clock.next(confirmed: LSN(rawValue: 1), now: 11_000_000) == .send(askForReply: false))
  }

  @Test("a silent server is asked after ten seconds and left after sixty")
  func silence() {
    var clock = FeedbackClock(timeoutSeconds: 0, confirmed: .zero, now: 0)
    #expect(clock.next(confirmed: .zero, now: 10_000_000_000) == .send(askForReply: true))
    clock.didSend(confirmed: .zero, askedForReply: true, now: 10_000_000_000)
    #expect(clock.next(confirmed: .zero, now: 11_000_000_000) == .wait(nanoseconds: 9_000_000_000))
    #expect(clock.next(confirmed: .zero, now: 60_000_000_000) == .giveUp)
  }

  @Test("columns are found by name in any order, and what is missing is named")
  func columns() throws {
    let names = ["payload", "x", "id", "type", "aggregateid", "aggregatetype"]
    let map = try ColumnMap(columns: names, names: ColumnNames())
    #expect(map.id == 2 && map.payload == 0 && map.headers == nil && map.createdAt == nil)
    #expect(throws: MissingColumns(names: ["aggregateid", "payload"])) {
      try ColumnMap(columns: ["id", "type", "aggregatetype"], names: ColumnNames())
    }
  }

  @Test("more than a hundred quarantines in a minute are one too many")
  func budget() {
    var budget = QuarantineBudget()
    let allowed = (0..<100).map { _ in budget.take(now: 1) }
    let oneMore = budget.take(now: 2)
    let nextMinute = budget.take(now: 60_000_000_001)
    #expect(!allowed.contains(false) && !oneMore && nextMinute)
  }

  @Test(
    "PostgreSQL's timestamps are read and printed",
    arguments: [
      ("2026-11-24 02:50:04.123456+00", "2026-11-24T02:50:04.123456Z"),
      ("1999-12-31 23:59:59.9-03:30", "2000-01-01T03:29:59.900000Z"),
      ("2024-02-29 00:00:00+09", "2024-02-28T15:00:00.000000Z"),
    ])
  func times(text: String, expected: String) throws {
    let bytes = Array(text.utf8)
    let found = PostgresTime.parse(bytes.rawBytes)
    let parsed = try #require(found)
    #expect(String(decoding: PostgresTime.format(parsed), as: UTF8.self) == expected)
  }

  @Test("a pointer says where a row is and nothing of what it says")
  func pointer() {
    let pointer = QuarantinePointer(
      source: "orders", id: "a\"b", createdAt: nil, topic: "t", reason: "MSG_SIZE_TOO_LARGE", commit: LSN(rawValue: 16),
      ordinal: 3, bytes: 7, sha256: "ab")
    let expected =
      #"{"source":"orders","id":"a\"b","topic":"t","reason":"MSG_SIZE_TOO_LARGE","lsn":"0/10","#
      + #""sha256":"ab","ordinal":3,"bytes":7}"#
    #expect(String(decoding: pointer.encoded(), as: UTF8.self) == expected)
  }
}
