import Kafka
import NotificationModel

/// An event of which deliveries are not heard of any more.
struct SweepCase: Sendable, Equatable {
  struct Key: Sendable, Hashable {
    /// As PostgreSQL writes it.
    let day: String
    let event: String
    let replay: Int
  }

  let key: Key
  /// How many deliveries.
  let deliveries: Int
  let eventTime: UnixTime
  /// When it was routed first, as far as the log knows.
  let since: UnixTime
  /// How often it was sent again.
  let sweeps: Int
  /// Where its record lies; nil where the log does not know.
  let origin: RecordPlace?

  /// Why an event is left to a person.
  enum LeftReason: String, Sendable, CaseIterable {
    /// Workers would not know any more what was sent.
    case tooOld = "TOO_OLD"
    /// It was sent again as often as is allowed.
    case stuck = "STUCK"
    /// The log has no ROUTED of it.
    case unknownOrigin = "UNKNOWN_ORIGIN"
    /// Kafka does not hold its record any more.
    case recordGone = "RECORD_GONE"
    /// The dead letter that was replayed was purged, the record that it points to is gone, or Kafka does not take it.
    case replayLost = "REPLAY_LOST"
  }

  /// Nil where its record is to be read and sent again.
  /// - Parameter topic: the only one that events are read from.
  func leftReason(now: UnixTime, _ settings: SweeperSettings, topic: String) -> LeftReason? {
    if sweeps >= settings.most { return .stuck }
    if now.milliseconds - since.milliseconds >= settings.horizonMilliseconds { return .tooOld }
    return origin?.partition.topic == topic ? nil : .unknownOrigin
  }
}
