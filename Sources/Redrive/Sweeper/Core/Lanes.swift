import NotificationModel

/// Those that carry deliveries on, each a consumer group with topics of its own. What a group has not finished is late,
/// and not lost.
enum Lane: Hashable {
  /// Events on their way to become deliveries once more.
  case router
  /// What failed, and waits to be tried again.
  case redrive
  case worker(DeliveryChannel)

  static let all: [Lane] = [.router, .redrive] + DeliveryChannel.allCases.map(Lane.worker)

  var topics: [NotificationTopic] {
    switch self {
    case .router: [.events]
    case .redrive: [.deadLetters] + NotificationTopic.retries
    case .worker(let channel): [channel.topic]
    }
  }
}

/// How far the lanes have come, by the time of the oldest record that each has not finished. A lane that has finished
/// all, or of which nothing is known, holds nothing and is left out.
///
/// A delivery's record is as old as the word that was heard of it last. A lane whose oldest record is no newer than that
/// word and the delivery's deadline after it may still have the record: whoever carries it has it late. What is older
/// than the lane's oldest record was carried on, and should have been heard of.
struct LaneFronts: Equatable {
  var oldest: [Lane: UnixTime] = [:]

  /// Holds all deliveries.
  static let everything = LaneFronts(oldest: Dictionary(Lane.all.map { ($0, UnixTime(milliseconds: 0)) }) { $1 })

  /// Those that hold deliveries of a channel, or in a state: each by its name in the log, with the time.
  var holds: [(name: String, oldest: UnixTime)] {
    let channels = DeliveryChannel.allCases.compactMap { channel in
      // Whatever is swept goes through the router first.
      [oldest[.router], oldest[.worker(channel)]].compactMap { $0 }.min().map { (channel.rawValue, $0) }
    }
    return channels + (oldest[.redrive].map { [(DeliveryState.retrying.rawValue, $0)] } ?? [])
  }
}
