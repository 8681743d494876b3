import Kafka

/// What a worker has passed it told of before, but the log has that only once its recorder has read so far: it may be
/// minutes behind when a provider is back after hours. So the lanes count as they were when the last status was written
/// that is surely in the log.
struct LaneMemory {
  struct Reading: Equatable {
    var fronts = LaneFronts()
    /// Where the statuses ended afterwards.
    var ends: [TopicPartition: Int64] = [:]
  }

  private var readings: [Reading] = []
  /// A recorder that is further behind has an alert of its own.
  private static let most = 120

  /// - Parameter recorded: how far the log's recorders have come; nil where that is not known.
  /// - Returns: nil while the log is behind all that is remembered.
  mutating func fronts(_ reading: Reading, recorded: [TopicPartition: Int64]?) -> LaneFronts? {
    guard let recorded else { return reading.fronts }
    if readings.count < Self.most { readings.append(reading) }
    let last = readings.lastIndex { $0.ends.allSatisfy { recorded[$0.key] ?? 0 >= $0.value } }
    guard let last else { return nil }
    readings.removeFirst(last)
    return readings[0].fronts
  }
}
