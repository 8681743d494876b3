import NotificationModel
import Testing

@testable import Administration

@Suite("The story of an event")
struct TraceStoryTests {
  private let start: Int64 = 1_764_000_000_000
  private func at(_ milliseconds: Int64) -> UnixTime { UnixTime(milliseconds: start + milliseconds) }

  private var facts: TraceFacts {
    var facts = TraceFacts(eventID: "e")
    facts.outbox = ("shop: outbox.event", at(0))
    facts.routed = [
      .init(part: "", replay: 0, deliveries: 1, suppressions: 1, deferrals: 1, unresolved: 0, time: at(30))
    ]
    var sms = TraceFacts.Delivered(
      id: "d1", channel: "sms", target: "5", state: "SUCCESS", user: 17, category: "service", template: "hi",
      reason: nil,
      providerID: "m-9", replay: 1, attempt: 2, eventTime: at(0), pendingAt: at(31), processingAt: at(50),
      finishedAt: at(61_250), updatedAt: at(61_250))
    sms.steps = [
      .init(
        replay: 0, attempt: 1, state: "RETRYING", reason: "TIMEOUT", errorClass: "RETRIABLE", errorCode: "TIMEOUT",
        time: at(250))
    ]
    var mail = sms
    (mail.id, mail.channel, mail.state, mail.user, mail.reason) = ("d2", "email", "SUPPRESSED", nil, "OPTED_OUT")
    (mail.pendingAt, mail.processingAt, mail.finishedAt, mail.attempt, mail.template) = (nil, nil, nil, 0, nil)
    mail.steps = [
      .init(
        replay: 0, attempt: 0, state: "SUPPRESSED", reason: "OPTED_OUT", errorClass: nil, errorCode: nil, time: at(31))
    ]
    facts.deliveries = [sms, mail]
    facts.waiting = [
      .init(channel: "push.ios", target: "900", reason: "NIGHT", since: at(31), due: at(7_200_031))
    ]
    facts.deadLetters = [
      .init(
        id: 42, deliveryID: "d1", reason: "STALE", state: "replayed", replay: 0, parkedAt: at(1_000),
        changedAt: at(60_000), changedBy: "kim, ticket 9", replayedAt: at(60_000), replayedBy: "kim, ticket 9")
    ]
    return facts
  }

  @Test func `the carrier's word stands after the provider's, with its time and code`() {
    var facts = facts
    facts.deliveries[0].updatedAt = at(121_250)
    (facts.deliveries[0].receipt, facts.deliveries[0].receiptCode) = ("UNDELIVERED", "3001")
    let story = TraceStory(facts, now: at(31))
    #expect(story.text.contains("2025-11-24T16:02:01.250Z  +1 m 0 s  receipt UNDELIVERED 3001\n"), "\(story.text)")
    let json = JSONText.pretty(story.json).filter { !$0.isWhitespace }
    #expect(json.contains(#""receipt":"UNDELIVERED""#) && json.contains(#""receiptCode":"3001""#))
    #expect(json.contains("\"receiptAt\":\(start + 121_250)") && json.contains(#""receiptAt":null"#))
  }

  @Test func `it tells each step with the time since the one before, and the total`() {
    let text = TraceStory(facts, now: at(31)).text
    #expect(
      text == """
        event e
          2025-11-24T16:00:00.000Z           written to shop: outbox.event
          2025-11-24T16:00:00.030Z   +30 ms  routed: 1 deliveries, 1 suppressed, 1 deferred

        sms to user 17, target 5: SUCCESS, replay 1, attempt 2
          delivery d1  service hi
          2025-11-24T16:00:00.031Z    +1 ms  pending
          2025-11-24T16:00:00.050Z   +19 ms  a worker has it
          2025-11-24T16:00:00.250Z  +200 ms  attempt 1: RETRYING RETRIABLE TIMEOUT
          2025-11-24T16:00:01.000Z  +750 ms  parked as dead letter 42: STALE
          2025-11-24T16:01:00.000Z  +59.0 s  dead letter 42 replayed by kim, ticket 9, as replay 1
          2025-11-24T16:01:01.250Z   +1.2 s  SUCCESS, the provider calls it m-9

        email to recipient, target 5: SUPPRESSED, replay 1
          delivery d2  service
          2025-11-24T16:00:00.031Z    +1 ms  SUPPRESSED OPTED_OUT

        still deferred
          2025-11-24T16:00:00.031Z           push.ios to 900 waits until 2025-11-24T18:00:00.031Z (NIGHT), in 2 h 0 m

        note: 1 of its deliveries are not recorded yet: the recorder may lag

        total: 1 m 1 s from written to finished

        """)
  }

  @Test func `an open dead letter says how it is shown, one of the event stands with the event`() {
    var facts = TraceFacts(eventID: "e")
    facts.deadLetters = [
      .init(
        id: 7, deliveryID: nil, reason: "UNKNOWN_USER", state: "open", replay: 0, parkedAt: at(0), changedAt: nil,
        changedBy: nil)
    ]
    let text = TraceStory(facts, now: at(0)).text
    #expect(text.contains("parked as dead letter 7: UNKNOWN_USER; bongsu dlq show 7"))
    #expect(!facts.isUnknown && TraceFacts(eventID: "e").isUnknown)
  }

  private func letter(
    _ id: Int64, delivery: String?, replay: Int = 0, state: String = "replayed"
  ) -> TraceFacts.Letter {
    .init(
      id: id, deliveryID: delivery, reason: "X", state: state, replay: replay, parkedAt: at(0), changedAt: at(1_000),
      changedBy: "kim", replayedAt: state == "replayed" ? at(1_000) : nil, replayedBy: state == "replayed" ? "kim" : nil
    )
  }

  @Test func `who replayed it is told beside who purged it later, and so is what it waits for`() {
    var facts = facts
    facts.deadLetters[0].state = "purged"
    (facts.deadLetters[0].changedAt, facts.deadLetters[0].changedBy) = (at(90_000), "lee")
    let text = TraceStory(facts, now: at(99_000)).text
    #expect(text.contains("dead letter 42 replayed by kim, ticket 9, as replay 1\n"), "\(text)")
    #expect(text.contains("dead letter 42 purged by lee\n"), "\(text)")
    facts.deliveries[0].replay = 0
    #expect(TraceStory(facts, now: at(99_000)).text.contains("dead letter 42 was replayed 39.0 s ago"))
  }

  private func waits(_ facts: TraceFacts) -> Bool {
    TraceStory(facts, now: at(61_000)).text.contains("was replayed 1 m 0 s ago and nothing of it is recorded since")
  }

  @Test func `a replay of which nothing is recorded says whom it waits for`() throws {
    var facts = facts
    facts.deadLetters = [letter(1, delivery: "d1", replay: 1)]
    #expect(waits(facts) && TraceStory(facts, now: at(61_000)).text.contains("bongsu-worker-CHANNEL"))
    facts.deliveries[0].replay = 2
    #expect(!waits(facts))
    facts.deliveries[0].state = "PENDING"
    #expect(waits(facts), "that it was sent is told by the replay itself")
    facts.deliveries[0].replay = 3
    #expect(!waits(facts))
    facts.deadLetters = [letter(1, delivery: nil)]
    #expect(waits(facts) && TraceStory(facts, now: at(61_000)).text.contains("lag of group bongsu-router"))
    facts.deadLetters.append(letter(2, delivery: nil, replay: 1, state: "purged"))
    #expect(!waits(facts) && TraceStory(facts, now: at(61_000)).text.contains("dead letter 2 purged by kim\n"))
    facts.deadLetters.removeLast()
    facts.routed[0].replay = 1
    #expect(!waits(facts))
  }

  @Test func `a dead letter of a delivery that the log does not have is told all the same`() {
    var facts = TraceFacts(eventID: "e")
    facts.deadLetters = [letter(3, delivery: "d9")]
    let text = TraceStory(facts, now: at(61_000)).text
    #expect(text.contains("delivery d9, which is not recorded\n") && text.contains("dead letter 3 replayed by kim"))
    #expect(waits(facts))
  }

  @Test func `what is in the outbox alone says where it may be`() {
    var facts = TraceFacts(eventID: "e")
    facts.outbox = ("outbox: outbox.event", at(0))
    #expect(!facts.isUnknown)
    let text = TraceStory(facts, now: at(90_000)).text
    #expect(text.contains("nothing of it is recorded 1 m 30 s after it was written") && !text.contains("total"))
  }

  @Test(
    arguments: [
      (0, "0 ms"), (999, "999 ms"), (1_000, "1.0 s"), (59_949, "59.9 s"), (200_000, "3 m 20 s"), (7_500_000, "2 h 5 m"),
      (273_600_000, "3 d 4 h"), (-5, "-5 ms"),
    ] as [(Int64, String)])
  func `a span is told in the units that matter`(milliseconds: Int64, text: String) {
    #expect(TraceStory.span(milliseconds) == text)
  }

  @Test func `the JSON has all of it`() throws {
    guard case .object(let object) = TraceStory(facts, now: at(31)).json,
      case .list(let deliveries)? = object["deliveries"]
    else {
      Issue.record("it is no object")
      return
    }
    #expect(object["totalMilliseconds"] == .number("61250") && deliveries.count == 2)
    #expect(object["createdAt"] == .number("\(start)") && object["writtenTo"] == "shop: outbox.event")
    guard case .list(let letters)? = object["deadLetters"], case .object(let letter) = letters[0] else {
      Issue.record("it has no dead letters")
      return
    }
    #expect(letter["changedBy"] == "kim, ticket 9" && letter["id"] == 42 && letter["replay"] == 0)
  }
}
