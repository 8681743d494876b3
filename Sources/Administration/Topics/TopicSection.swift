public import Configuration
public import NotificationModel

/// The section `topics`:
/// - `partitions` (number, 6): of each topic that is made.
/// - `replication` (number; 0 is three, or one on each broker if there are fewer).
/// - `maxMessageBytes` (size, 1048588): the largest record of `notification.events`.
public struct TopicSection: Sendable {
  public let partitions: Int
  public let replication: Int
  public let maxMessageBytes: Int

  public init(root: ConfigurationReader) {
    let topics = root.section("topics")
    partitions = topics.int("partitions", in: 1...10_000, default: 6)
    replication = topics.int("replication", in: 0...15, default: 0)
    maxMessageBytes = topics.size("maxMessageBytes", in: 10_000...100_000_000, default: 1_048_588)
  }

  /// - Parameter brokers: how many there are; asked for only where the section leaves the choice.
  public func layout(brokers: @autoclosure () throws -> Int) rethrows -> TopicLayout {
    var layout = TopicLayout(
      partitions: partitions, replication: replication > 0 ? replication : min(3, max(1, try brokers())))
    layout.maxMessageBytes = maxMessageBytes
    return layout
  }
}
