import Runtime

/// Offsets that are finished and not committed yet. They are committed now and then, as the answer is waited for; what is
/// not committed is read again after a crash.
public struct OffsetCommits: Sendable {
  private var finished: [TopicPartition: Int64] = [:]
  private var committedAt: Int64 = 0

  /// Nanoseconds.
  private static let interval: Int64 = 1_000_000_000

  public init() {}

  public var isEmpty: Bool { finished.isEmpty }

  /// - Parameter next: where reading goes on, by partition.
  public mutating func finish(_ next: [TopicPartition: Int64]) { finished.merge(next) { max($0, $1) } }

  /// Somebody else reads these partitions now: what is finished of them is not ours to say.
  public mutating func forget(_ partitions: [TopicPartition]) {
    for partition in partitions { finished[partition] = nil }
  }

  /// Commits what is there, where it is time for it.
  /// - Parameter isFinal: it is time whatever the clock says.
  /// - Returns: why nothing was committed, as in the middle of a rebalance: it is tried again with the next ones.
  public mutating func commit(by reader: GroupReader, isFinal: Bool = false) -> KafkaError? {
    let now = SystemTime.monotonicNanoseconds()
    guard !finished.isEmpty, isFinal || now - committedAt >= Self.interval else { return nil }
    committedAt = now
    do throws(KafkaError) {
      try reader.commit(finished)
      finished = [:]
      return nil
    } catch {
      return error
    }
  }
}
