import Foundation
import HTTPTransfer
import Kafka
import NotificationModel
import Testing

@testable import Worker

@Suite("What of alerts is told together, and when") struct OpsGroupingTests {
  private static let second: Int64 = 1_000_000_000
  private static let limits = OpsGrouping.Limits(window: 10 * second, quiet: 300 * second, messagesPerMinute: 3)
  private static let partition = TopicPartition("notification.alerts", 0)
  private var grouping = OpsGrouping(limits, now: 0)
  private var offset: Int64 = 0

  static func alert(
    _ group: String = "parked/sms/E", _ severity: Alert.Severity = .warning, count: Int = 1, title: String = "Parked",
    references: [String] = []
  ) -> Alert {
    Alert(
      group: group, severity: severity, title: title, detail: "look", count: count, references: references,
      time: UnixTime(milliseconds: 5))
  }

  private mutating func add(
    _ alert: Alert, at second: Int64, partition: TopicPartition = partition, offset given: Int64? = nil
  ) {
    let isNew = grouping.add(alert, OpsPlace(partition, given ?? offset), now: second * Self.second)
    #expect(isNew)
    offset += 1
  }

  /// What is told ends at once.
  private mutating func take(at second: Int64, isFull: Bool = false) -> [OpsMessage] {
    let messages = grouping.take(now: second * Self.second, isFull: isFull)
    for message in messages { grouping.end(message) }
    return messages
  }

  @Test mutating func `alerts of a group within the window are one message with their sum and the worst one's words`() {
    add(Self.alert(count: 2, references: ["a"]), at: 0)
    add(Self.alert("parked/sms/E", .critical, count: 3, title: "Worse", references: ["b"]), at: 9)
    let early = take(at: 9)
    #expect(early == [] && grouping.nextAt(now: 9 * Self.second) == 10 * Self.second)
    let messages = take(at: 10)
    #expect(messages.count == 1 && messages[0].count == 5 && messages[0].severity == .critical)
    #expect(messages[0].groups[0].title == "Worse" && messages[0].groups[0].references == ["a", "b"])
    #expect(messages[0].places.map(\.offset) == [0, 1] && grouping.groupCount == 0)
    #expect(grouping.nextAt(now: 10 * Self.second) == nil)
  }

  @Test mutating func `a group that was told is quiet for a time, and then tells all of it`() {
    add(Self.alert(), at: 0)
    let first = take(at: 10)
    #expect(first.count == 1)
    for second in 11..<200 { add(Self.alert(), at: Int64(second)) }
    let early = take(at: 309)
    #expect(early == [] && grouping.nextAt(now: 309 * Self.second) == 310 * Self.second)
    let second = take(at: 310)
    #expect(second.map(\.count) == [189])
  }

  @Test mutating func `a group's next message waits for the end of the one before`() {
    add(Self.alert(), at: 0)
    let first = grouping.take(now: 10 * Self.second)
    add(Self.alert(), at: 11)
    #expect(first.count == 1 && grouping.nextAt(now: 900 * Self.second) == nil)
    let early = take(at: 900, isFull: true)
    #expect(early == [])
    grouping.end(first[0])
    let second = take(at: 900)
    #expect(second.map(\.count) == [1] && second[0].id != first[0].id)
  }

  @Test mutating func `there are so many messages a minute, and the rest is one digest with the worst first`() {
    for number in 0..<20 { add(Self.alert("g\(number)", number == 17 ? .critical : .info), at: 0) }
    let messages = take(at: 10)
    #expect(messages.map(\.groups.count) == [1, 1, 18] && messages[0].groups[0].name == "g17")
    #expect(messages.flatMap(\.places).count == 20)
    add(Self.alert("late"), at: 11)
    let none = take(at: 21)
    #expect(none == [], "nothing is left of this minute")
    let next = grouping.nextAt(now: 21 * Self.second) ?? 0
    #expect((29 * Self.second...31 * Self.second).contains(next))
    let one = grouping.take(now: next)
    #expect(one.count == 1)
  }

  @Test mutating func `when too much waits nothing is quiet, but the limit holds`() {
    for number in 0..<5 { add(Self.alert("g\(number)"), at: 0) }
    let all = take(at: 1, isFull: true)
    #expect(all.map(\.groups.count) == [1, 1, 3])
    add(Self.alert("g0"), at: 2)
    let none = take(at: 2, isFull: true)
    #expect(none == [])
  }

  @Test mutating func `what others read now is forgotten, and the same record makes the same message`() {
    let other = TopicPartition("notification.alerts", 1)
    add(Self.alert("a"), at: 0)
    add(Self.alert("b"), at: 0, partition: other)
    grouping.forget([Self.partition])
    let messages = take(at: 10)
    #expect(messages.map { $0.groups[0].name } == ["b"])
    grouping.forget([other])
    add(Self.alert("b"), at: 0, partition: other, offset: 1)
    let again = take(at: 900)
    #expect(again.map(\.id) == messages.map(\.id))
  }
}

@Suite("A message's way to each place") struct OpsOutboxTests {
  private static let second: Int64 = 1_000_000_000
  private var outbox = OpsOutbox(attempts: 3)
  private let message: OpsMessage

  init() {
    let place = OpsPlace(TopicPartition("a", 0), 7)
    message = OpsMessage([OpsGroup(OpsGroupingTests.alert(), place, now: 0)])
  }

  @Test mutating func `it is over once it is over everywhere`() {
    outbox.add(message, sinks: 2, now: 0)
    let jobs = outbox.take(now: 0)
    let more = outbox.take(now: 0)
    #expect(jobs.map(\.job.sink) == [0, 1] && more.isEmpty && outbox.inFlight == 2)
    let first = outbox.end(jobs[0].tag, .sent, now: 1, chance: 0)
    #expect(first?.step == .sent && first?.finished == nil)
    let second = outbox.end(jobs[1].tag, .never(code: "HTTP_410"), now: 1, chance: 0)
    #expect(second?.step == .givenUp(code: "HTTP_410") && second?.finished == message && outbox.count == 0)
    let third = outbox.end(jobs[1].tag, .sent, now: 1, chance: 0)
    #expect(third?.step == nil, "nobody waits for it")
  }

  @Test mutating func `it is tried a bounded number of times, ever later, and then given up`() throws {
    outbox.add(message, sinks: 1, now: 0)
    var now: Int64 = 0
    var waits: [Int64] = []
    for attempt in 1...2 {
      let due = outbox.take(now: now)
      let end = outbox.end(try #require(due.first).tag, .again(code: "E"), now: now, chance: 1)
      #expect(end?.step == .again(code: "E", attempt: attempt) && end?.finished == nil)
      let next = try #require(outbox.nextAt)
      let early = outbox.take(now: next - 1)
      #expect(early.isEmpty)
      waits.append(next - now)
      now = next
    }
    #expect(waits == [Self.second, 2 * Self.second])
    let due = outbox.take(now: now)
    let end = outbox.end(try #require(due.first).tag, .again(code: "E"), now: now, chance: 1)
    #expect(end?.step == .givenUp(code: "E") && end?.finished == message && outbox.nextAt == nil)
  }

  @Test mutating func `a place that asks for time gets it, but not for ever`() throws {
    for (asked, given) in [(Duration.seconds(30), 30), (.seconds(86_400), 300)] {
      outbox.add(message, sinks: 1, now: 0)
      let due = outbox.take(now: 0)
      _ = outbox.end(try #require(due.first).tag, .again(code: "E", after: asked), now: 0, chance: 0)
      #expect(outbox.nextAt == Int64(given) * Self.second)
      outbox = OpsOutbox(attempts: 3)
    }
  }
}

@Suite("An alert's words") struct OpsTextTests {
  private func message(_ names: [String], title: String = "T", detail: String = "D") -> OpsMessage {
    OpsMessage(
      names.enumerated().map { index, name in
        let alert = Alert(
          group: name, severity: .critical, title: title, detail: detail, count: 2, references: ["r\(index)"],
          time: UnixTime(milliseconds: 1_700_000_000_000))
        return OpsGroup(alert, OpsPlace(TopicPartition("a", 0), Int64(index)), now: 0)
      })
  }

  @Test func `one group has its detail, a digest its ten worst and how many more there are`() {
    #expect(OpsText.plain(message(["g"])) == "[critical] T (2)\nD\ng: r0\n")
    #expect(OpsText.subject(message(["g"])) == "critical: T (2)")
    let digest = message((0..<13).map { "g\($0)" })
    #expect(OpsText.plain(digest).hasSuffix("g9: r9\nand 3 more groups, of 6\n"))
    #expect(!OpsText.plain(digest).contains("D\n") && OpsText.subject(digest) == "critical: T (2) and 12 more")
  }

  @Test func `nothing in it calls everybody in Slack, is a link, or breaks a line`() {
    let text = OpsText.slack(message(["g"], title: "<!channel> a&b\n*\u{2028}", detail: "<https://x|y>"))
    #expect(text == "[critical] &lt;!channel&gt; a&amp;b *  (2)\n&lt;https://x|y&gt;\ng: r0\n")
    #expect(OpsText.line(String(repeating: "a", count: 400), 300).count == 300)
  }

  @Test func `a webhook is told all of it`() throws {
    let body = Data(OpsText.webhook(message(["g", "h"])))
    let json = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
    let data = try #require(json["data"] as? [String: Any])
    #expect(json["type"] as? String == "bongsu.alert" && json["timestamp"] as? String == "2023-11-14T22:13:20Z")
    #expect(data["severity"] as? String == "critical" && data["count"] as? Int == 4 && data["more"] as? Int == 0)
    #expect((data["groups"] as? [[String: Any]])?.map { $0["group"] as? String } == ["g", "h"])
  }

  @Test func `what an answer means`() {
    func meaning(_ status: Int, _ headers: [String: String] = [:]) -> OpsAnswer {
      OpsHTTPSink.meaning(of: .success(.init(status: status, headers: headers)))
    }
    #expect(meaning(204) == .sent && meaning(200) == .sent)
    #expect(meaning(429, ["retry-after": "7"]) == .again(code: "HTTP_429", after: .seconds(7)))
    #expect(meaning(500) == .again(code: "HTTP_500") && meaning(404) == .again(code: "HTTP_404"))
    #expect(meaning(410) == .never(code: "HTTP_410"))
    #expect(OpsMailSink.meaning(of: .failed(SendFailure(.unknown, code: "E"))) == .again(code: "E"))
    #expect(OpsMailSink.meaning(of: .failed(SendFailure(.deadAddress(since: nil), code: "E"))) == .never(code: "E"))
  }
}
