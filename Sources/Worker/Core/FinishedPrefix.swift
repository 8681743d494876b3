public import Kafka

/// Which offsets of each partition are finished: sends end in any order, and only what is finished without a gap before it
/// may be committed.
public struct FinishedPrefix {
  fileprivate struct Track {
    /// In the order in which they were read.
    var offsets: [Int64] = []
    var first = 0
    var finished: Set<Int64> = []
  }

  private var tracks: [TopicPartition: Track] = [:]
  /// Offsets that were added and cannot be committed yet.
  public private(set) var open = 0

  public init() {}

  public mutating func add(_ place: TopicPartition, _ offset: Int64) {
    tracks[place, default: Track()].offsets.append(offset)
    open += 1
  }

  public mutating func finish(_ place: TopicPartition, _ offset: Int64) { tracks[place]?.finished.insert(offset) }

  /// Takes off what is finished at the front of each partition.
  /// - Returns: where reading goes on, for those that moved.
  public mutating func advance() -> [TopicPartition: Int64] {
    var next: [TopicPartition: Int64] = [:]
    for place in tracks.keys {
      if let offset = tracks[place]?.advance(&open) { next[place] = offset }
    }
    return next
  }

  /// Somebody else reads these now.
  public mutating func forget(_ places: [TopicPartition]) {
    for place in places {
      guard let track = tracks.removeValue(forKey: place) else { continue }
      open -= track.offsets.count - track.first
    }
  }
}

extension FinishedPrefix.Track {
  fileprivate mutating func advance(_ open: inout Int) -> Int64? {
    var next: Int64?
    while first < offsets.count, finished.remove(offsets[first]) != nil {
      next = offsets[first] + 1
      first += 1
      open -= 1
    }
    // Now and then, as taking off the front moves all that is behind it.
    if first > 1_024, first * 2 > offsets.count {
      offsets.removeFirst(first)
      first = 0
    }
    return next
  }
}
