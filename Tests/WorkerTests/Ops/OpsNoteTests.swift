import Kafka
import NotificationModel
import Testing

@testable import Worker

/// A process tells, is killed, and another goes on with what was noted.
@Suite("What the ops channel knows after a kill") struct OpsNoteTests {
  private static let second: Int64 = 1_000_000_000
  private static let limits = OpsGrouping.Limits(window: 10 * second, quiet: 300 * second, messagesPerMinute: 3)
  private let partition = TopicPartition("notification.alerts", 0)
  private var grouping = OpsGrouping(limits, now: 0)

  private mutating func add(_ group: String, _ offset: Int64, at second: Int64) -> Bool {
    grouping.add(OpsGroupingTests.alert(group), OpsPlace(partition, offset), now: second * Self.second)
  }

  private mutating func take(at second: Int64) -> [OpsMessage] { grouping.take(now: second * Self.second) }

  /// Another process, whose clock begins at 0, takes up what the commit says.
  private mutating func restart(next: Int64, at second: Int64, later: Int64 = 0) throws {
    let text = grouping.note(partition, next: next, now: second * Self.second, time: 1_000_000).text
    grouping = OpsGrouping(Self.limits, now: 0)
    let note = try #require(OpsNote(text))
    grouping.takeUp(note, of: partition, now: 0, time: 1_000_000 + later * 1_000)
  }

  @Test mutating func `a group stays quiet for the rest of its time`() throws {
    _ = add("a", 0, at: 0)
    grouping.end(try #require(take(at: 10).first))
    try restart(next: 1, at: 110, later: 50)
    #expect(add("a", 1, at: 0))
    #expect(grouping.nextAt(now: 0) == 150 * Self.second)
    let early = take(at: 149)
    let message = take(at: 150)
    #expect(early == [] && message.count == 1 && message[0].isRepeated == false)
  }

  @Test mutating func `what was told behind one that waits is not told again, and the other is`() throws {
    _ = add("waits", 0, at: 0)
    _ = add("told", 1, at: 0)
    let both = take(at: 10)
    grouping.end(try #require(both.first { $0.groups[0].name == "told" }))
    try restart(next: 0, at: 11)
    #expect(!add("told", 1, at: 0))
    #expect(add("told", 2, at: 0) && add("waits", 0, at: 0))
    let again = take(at: 0)
    #expect(again.map { $0.groups[0].name } == ["waits"] && again[0].isRepeated)
    #expect(again[0].id == both.first { $0.groups[0].name == "waits" }?.id)
  }

  @Test mutating func `what was begun comes again as it was, and what came since is a message of its own`() throws {
    for offset in 0..<3 as Range<Int64> { _ = add("a", offset, at: 0) }
    let first = take(at: 10)
    _ = add("a", 3, at: 11)
    try restart(next: 0, at: 12)
    for offset in 0..<2 as Range<Int64> { _ = add("a", offset, at: 1) }
    #expect(grouping.nextAt(now: 0) == 11 * Self.second, "not all of it was read")
    for offset in 2..<5 as Range<Int64> { _ = add("a", offset, at: 1) }
    let again = take(at: 1)
    #expect(again.map(\.id) == first.map(\.id) && again.map(\.places) == first.map(\.places))
    #expect(again[0].isRepeated)
    grouping.end(again[0])
    let rest = take(at: 301)
    #expect(rest.map { $0.places.map(\.offset) } == [[3, 4]] && rest[0].isRepeated == false)
  }

  @Test mutating func `no restart makes room for more messages`() throws {
    for offset in 0..<3 as Range<Int64> { _ = add("g\(offset)", offset, at: 0) }
    let all = take(at: 10)
    #expect(all.count == 3)
    for kill in 1...5 {
      try restart(next: 0, at: 0)
      for offset in 0..<3 as Range<Int64> { _ = add("g\(offset)", offset, at: 0) }
      let again = take(at: 1)
      #expect(again == [], "\(kill)")
    }
    try restart(next: 0, at: 0, later: 20)
    for offset in 0..<3 as Range<Int64> { _ = add("g\(offset)", offset, at: 0) }
    let one = take(at: 1)
    #expect(one.map(\.groups.count) == [3], "a third of a minute is one message, with all of them")
    #expect(!all.map(\.id).contains(one[0].id), "who drops what has come before does not drop a digest for its first")
  }

  @Test mutating func `a clock that was set back or far ahead breaks nothing`() throws {
    _ = add("a", 0, at: 0)
    grouping.end(try #require(take(at: 10).first))
    try restart(next: 1, at: 10, later: -9_000)
    #expect(add("a", 1, at: 0))
    #expect(grouping.nextAt(now: 0) == 300 * Self.second)
    let note = try #require(OpsNote("1 0 1e300 \(OpsNote.tag(of: "a")),9223372036854775807,0"))
    grouping.takeUp(note, of: partition, now: 0, time: .max)
    #expect(grouping.nextAt(now: 0) == 10 * Self.second)
  }

  @Test mutating func `what another reads is his to know`() throws {
    _ = add("a", 0, at: 0)
    let message = try #require(take(at: 10).first)
    grouping.forget([partition])
    grouping.end(message)
    #expect(grouping.note(partition, next: 0, now: 0, time: 0).told == [])
  }

  @Test func `a note is read as it was written, and never longer than a broker takes`() throws {
    let told = [
      OpsNote.Told(tag: "a1b2c3d4e5f6", age: 5, through: 17, begun: 19), OpsNote.Told(tag: "b", age: 0, through: -1),
    ]
    let note = OpsNote(time: 1_764_400_000_000, tokens: 9.25, told: told)
    #expect(note.text == "1 1764400000000 9.25 a1b2c3d4e5f6,5,17,19 b,0,-1")
    #expect(OpsNote(note.text) == note)
    let many = (0..<500).map { OpsNote.Told(tag: OpsNote.tag(of: "g\($0)"), age: 300_000, through: 1_000_000_000) }
    let long = OpsNote(time: 1_764_400_000_000, tokens: 0, told: many)
    let read = try #require(OpsNote(long.text))
    #expect(long.text.utf8.count <= OpsNote.bytesMax && read.told.count > 100)
    #expect(read.told == Array(many.prefix(read.told.count)) && Set(many.map(\.tag)).count == 500)
  }

  @Test(arguments: [
    "", "1", "1 2", "2 0 1", "1 x 1", "1 0 nan", "1 0 1 a", "1 0 1 a,1", "1 0 1 a,1,2,3,4", "1 0 1 a,b,1",
  ])
  func `what is no note tells nothing`(text: String) { #expect(OpsNote(text) == nil) }
}
