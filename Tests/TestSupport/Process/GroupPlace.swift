public import Kafka

/// Whether who reads keeps its place in its consumer group while it can do nothing.
public struct GroupPlace {
  private let stranger: Consumer
  private let place: TopicPartition

  /// Flags with which a group parts with a member that has not polled for six seconds.
  public static let impatient = ["max.poll.interval.ms=6000", "session.timeout.ms=6000"]
    .flatMap { ["--set", "kafka.properties.\($0)"] }

  /// - Parameter place: a partition that the group reads.
  public init(_ broker: any LocalBroker, group: String, _ place: TopicPartition) throws {
    (stranger, self.place) = (try Consumer(broker.kafkaSettings, group: group), place)
  }

  /// Lets more time go by than the group has patience.
  /// - Returns: what shows that the place was lost; empty where it was kept.
  public func losses(of daemon: DaemonProcess) -> [String] {
    pass(.seconds(9))
    var losses: [String] = []
    // Kafka takes offsets of who is no member for an empty group alone.
    if (try? stranger.commit([place: 0])) != nil { losses.append("the group has no member") }
    if daemon.said("work is interrupted") { losses.append("it began again: \(daemon.lastWords)") }
    return losses
  }
}
