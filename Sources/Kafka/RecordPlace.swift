/// Where a record lies; headers name it as `topic/partition/offset`.
public struct RecordPlace: Sendable, Hashable {
  public let partition: TopicPartition
  public let offset: Int64

  /// - Parameter text: `topic/partition/offset`
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let number = Int32(parts[1]), let offset = Int64(parts[2]), number >= 0, offset >= 0 else {
      return nil
    }
    self.partition = TopicPartition(String(parts[0]), number)
    self.offset = offset
  }
}
