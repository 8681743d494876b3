/// What a topic says for itself; for all else the broker's defaults hold. Names and values are Kafka's.
struct TopicConfiguration: Equatable, Sendable {
  /// Only what was set.
  private(set) var values: [String: String] = [:]

  static let none = TopicConfiguration()

  /// All that can be asked for, and set.
  static let names = [
    "cleanup.policy", "compression.type", "max.message.bytes", "message.timestamp.after.max.ms",
    "message.timestamp.type", "min.insync.replicas", "retention.bytes", "retention.ms", "segment.bytes",
    "unclean.leader.election.enable",
  ]

  private init() {}

  /// - Throws: `invalidConfiguration` for what the broker does not know or cannot do.
  init(_ values: [String: String]) throws(PartitionError) {
    for (name, value) in values { try Self.check(name, value) }
    self.values = values
  }

  private static func check(_ name: String, _ value: String) throws(PartitionError) {
    switch name {
    case "retention.ms", "retention.bytes": try check(name, value, -1...Int64.max)
    case "segment.bytes": try check(name, value, 65_536...Int64(Int32.max))
    case "max.message.bytes": try check(name, value, 0...Int64(Int32.max))
    case "message.timestamp.after.max.ms": try check(name, value, 0...Int64.max)
    case "message.timestamp.type": try check(name, value, among: ["CreateTime", "LogAppendTime"])
    // To take compaction for deletion would lose what its owner means to keep.
    case "cleanup.policy": try check(name, value, among: ["delete"])
    case "compression.type": try check(name, value, among: ["producer"])
    case "min.insync.replicas": try check(name, value, among: ["1"])
    // There is no second copy that could be behind.
    case "unclean.leader.election.enable": try check(name, value, among: ["false"])
    default: throw PartitionError(.invalidConfiguration, "the broker does not know the topic setting \(name)")
    }
  }

  private static func check(_ name: String, _ value: String, _ range: ClosedRange<Int64>) throws(PartitionError) {
    if let number = Int64(value), range.contains(number) { return }
    throw PartitionError(
      .invalidConfiguration, "\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
  }

  private static func check(_ name: String, _ value: String, among values: [String]) throws(PartitionError) {
    if values.contains(value) { return }
    throw PartitionError(
      .invalidConfiguration, "\(name) can be \(values.joined(separator: " or ")) here; use a Kafka cluster for more")
  }

  /// The broker's defaults with the topic's own values over them.
  func settings(_ defaults: PartitionSettings) -> PartitionSettings {
    var settings = defaults
    if let value = number("retention.ms") { settings.retention = value }
    if let value = number("retention.bytes") { settings.retentionBytes = Int(value) }
    if let value = number("segment.bytes") { settings.segmentBytes = Int(value) }
    if let value = number("max.message.bytes") { settings.maxMessageBytes = Int(value) }
    if let value = number("message.timestamp.after.max.ms") { settings.futureLimit = value }
    if let value = values["message.timestamp.type"] { settings.stampsAppendTime = value == "LogAppendTime" }
    return settings
  }

  private func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }

  /// The value that holds, as DescribeConfigs tells it; nil for a name that is not there.
  static func value(_ name: String, in settings: PartitionSettings) -> String? {
    switch name {
    case "retention.ms": String(settings.retention)
    case "retention.bytes": String(settings.retentionBytes)
    case "segment.bytes": String(settings.segmentBytes)
    case "max.message.bytes": String(settings.maxMessageBytes)
    case "message.timestamp.after.max.ms": String(settings.futureLimit)
    case "message.timestamp.type": settings.stampsAppendTime ? "LogAppendTime" : "CreateTime"
    case "cleanup.policy": "delete"
    case "compression.type": "producer"
    case "min.insync.replicas": "1"
    case "unclean.leader.election.enable": "false"
    default: nil
    }
  }
}
