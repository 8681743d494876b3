import DeadLetters
import Kafka
import NotificationModel

/// A delivery that was sent anew out of a dead letter, and of which nothing is heard any more. Its event's record may be
/// gone long since, and is not what was sent: the letter is.
struct LostReplay: Sendable, Equatable {
  let delivery: String
  let replay: Int
  /// The dead letter's number.
  let letter: Int64
  /// Of its value.
  let bytes: Int
  /// When it was sent, as far as is known.
  let sentAt: UnixTime
  /// False where the replay was cut off before it noted that.
  let isMarked: Bool
  /// How often it was sent again.
  let sweeps: Int

  /// Nil where its letter is to be read and sent again.
  func leftReason(now: UnixTime, _ settings: SweeperSettings) -> SweepCase.LeftReason? {
    if sweeps >= settings.most { return .stuck }
    return now.milliseconds - sentAt.milliseconds >= settings.horizonMilliseconds ? .tooOld : nil
  }

  /// As it was judged when it was sent, so that the same is sent again. What had expired then was sent since a person
  /// wanted that; of a replay that was cut off nobody knows.
  func rules(_ settings: SweeperSettings) -> ReplayRules {
    var rules = ReplayRules(now: sentAt)
    (rules.claimHorizon, rules.ignoresExpiry) = (settings.claimHorizon, isMarked)
    return rules
  }

  /// Whether a record is sent under the number of which nothing is heard.
  func isMeant(_ record: ReplayRecord) -> Bool { record.pending?.replay == replay }

  /// Those that may be held at once, the first whatever its size.
  static func first(_ replays: ArraySlice<LostReplay>, bytes limit: Int) -> ArraySlice<LostReplay> {
    var sum = 0
    let end = replays.firstIndex { replay in
      sum += replay.bytes
      return sum > limit
    }
    guard let end, end > replays.startIndex else { return end == nil ? replays : replays.prefix(1) }
    return replays[..<end]
  }

  /// What an operator hears of those that were left.
  static func alert(_ left: [(replay: LostReplay, reason: SweepCase.LeftReason)], now: UnixTime) -> Alert {
    let reasons = Dictionary(grouping: left, by: \.reason).sorted { $0.key.rawValue < $1.key.rawValue }
    return Alert(
      group: "sweeper/replays", severity: .critical,
      title: "\(left.count) deliveries that were replayed were not heard of any more, and are left as they are",
      detail: reasons.map { "\($0.key.rawValue) \($0.value.count)" }.joined(separator: ", ")
        + ". bongsu trace says how far each came.",
      count: left.count, references: left.map(\.replay.delivery), time: now)
  }
}
