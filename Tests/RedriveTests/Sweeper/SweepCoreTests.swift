import DeadLetters
import Kafka
import NotificationModel
import Postgres
import Testing

@testable import Redrive

@Suite("What the sweeper decides") struct SweepCoreTests {
  private let settings = SweeperSettings(
    kafka: KafkaSettings(bootstrapServers: "a:1"), database: try! .init(conninfo: "dbname=n"))
  private let hour: Int64 = 3_600_000

  private func event(since: Int64 = 0, sweeps: Int = 0, origin: String? = "notification.events/1/5") -> SweepCase {
    SweepCase(
      key: SweepCase.Key(day: "2026-11-20", event: "e", replay: 0), deliveries: 2, eventTime: UnixTime(milliseconds: 0),
      since: UnixTime(milliseconds: since), sweeps: sweeps, origin: origin.flatMap { RecordPlace($0) })
  }

  private func reason(_ event: SweepCase, at hours: Int64) -> SweepCase.LeftReason? {
    event.leftReason(now: UnixTime(milliseconds: hours * hour), settings, topic: "notification.events")
  }

  @Test func `it is sent again until two hours before workers forget, and so often at most`() {
    #expect(reason(event(), at: 1) == nil && reason(event(), at: 45) == nil)
    #expect(reason(event(), at: 46) == .tooOld)
    #expect(reason(event(sweeps: 2), at: 1) == nil && reason(event(sweeps: 3), at: 1) == .stuck)
    #expect(reason(event(origin: nil), at: 1) == .unknownOrigin)
    #expect(reason(event(origin: "other/1/5"), at: 1) == .unknownOrigin)
  }

  @Test(arguments: ["", "t", "t/1", "t/x/1", "t/-1/1", "t/1/-1", "t/1/2/3", "t/1/x"])
  func `a place that is none is not read`(text: String) {
    #expect(RecordPlace(text) == nil)
  }

  @Test func `the record is the same, with when it came first`() {
    let own = [
      SourceRecord.Header("id", "e"), .init("x", nil as [UInt8]?), .init("bongsu-attempt", "2"),
      .init("bongsu-recipients", "1"),
    ]
    let source = SourceRecord(
      place: TopicPartition("t", 0), offset: 5, timestamp: 70, key: [1], value: nil, headers: own)
    let once = SweptRecord.content(of: source, eventTime: UnixTime(milliseconds: 60), now: UnixTime(milliseconds: 90))
    #expect(once.key == [1] && once.value == nil && Array(once.headers.prefix(4)) == own)
    let again = SweptRecord.content(
      of: SourceRecord(
        place: source.place, offset: 9, timestamp: 90, key: [1], value: nil, headers: once.headers),
      eventTime: UnixTime(milliseconds: 60), now: UnixTime(milliseconds: 99))
    #expect(again.headers.count == 7)
    func header(_ name: String) -> String? {
      again.headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(header("bongsu-event-time") == "60" && header("bongsu-arrived") == "70" && header("bongsu-swept") == "99")
  }

  private func replay(
    _ delivery: String = "d", bytes: Int = 0, sentAt: Int64 = 0, isMarked: Bool = true, sweeps: Int = 0
  ) -> LostReplay {
    LostReplay(
      delivery: delivery, replay: 1, letter: 1, bytes: bytes, sentAt: UnixTime(milliseconds: sentAt),
      isMarked: isMarked, sweeps: sweeps)
  }

  @Test func `a replay is left after as many times and as long, counted from when it was sent`() {
    func reason(_ replay: LostReplay, at hours: Int64) -> SweepCase.LeftReason? {
      replay.leftReason(now: UnixTime(milliseconds: hours * hour), settings)
    }
    #expect(reason(replay(), at: 45) == nil && reason(replay(), at: 46) == .tooOld)
    #expect(reason(replay(sentAt: 100 * hour), at: 145) == nil)
    #expect(reason(replay(sweeps: 2), at: 1) == nil && reason(replay(sweeps: 3), at: 1) == .stuck)
  }

  @Test func `it is judged as it was when it was sent, and an expiry counts where nobody noted that it shall not`() {
    let rules = replay(sentAt: 7).rules(settings)
    #expect(rules.now == UnixTime(milliseconds: 7) && rules.claimHorizon == settings.claimHorizon)
    #expect(rules.ignoresExpiry)
    #expect(!replay(isMarked: false).rules(settings).ignoresExpiry)
  }

  @Test func `so many letters are read at once as fit, one at the least`() {
    let replays = [replay(bytes: 5), replay(bytes: 5), replay(bytes: 50), replay(bytes: 1)]
    func counts(_ limit: Int) -> [Int] {
      var (rest, counts) = (replays[...], [Int]())
      while !rest.isEmpty {
        counts.append(LostReplay.first(rest, bytes: limit).count)
        rest = rest.dropFirst(counts[counts.count - 1])
      }
      return counts
    }
    #expect(counts(10) == [2, 1, 1] && counts(4) == [1, 1, 1, 1] && counts(100) == [4])
  }

  @Test func `an alert of replays names their deliveries`() {
    let left: [ReplaySweep.Left] = [(replay("a"), .stuck), (replay("b"), .replayLost)]
    let alert = LostReplay.alert(left, now: UnixTime(milliseconds: 1))
    #expect(alert.group == "sweeper/replays" && alert.count == 2 && alert.references == ["a", "b"])
    #expect(alert.detail.hasPrefix("REPLAY_LOST 1, STUCK 1"))
  }

  @Test func `an alert names events and reasons, and no more`() {
    let left = [(event(), SweepCase.LeftReason.stuck), (event(), .stuck), (event(), .tooOld)]
    let alert = SweptRecord.alert(left.map { (event: $0.0, reason: $0.1) }, now: UnixTime(milliseconds: 1))
    #expect(alert.group == "sweeper/stuck" && alert.count == 3 && alert.references == ["e", "e", "e"])
    #expect(alert.detail.hasPrefix("6 deliveries; STUCK 2, TOO_OLD 1"))
  }
}
