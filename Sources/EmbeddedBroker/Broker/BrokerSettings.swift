/// When records count as written.
public enum BrokerSync: String, CaseIterable, Sendable {
  /// A produce request is answered, and its records are shown, once they are on the disk.
  case always
  /// The disk follows within 100 ms; a loss of power may take that much. A kill takes nothing.
  case interval
  /// The kernel writes when it likes, as with Kafka's defaults. A kill takes nothing.
  case os

  var policy: SyncPolicy {
    switch self {
    case .always: .always
    case .interval: .interval
    case .os: .os
    }
  }
}

/// How the broker is run.
public struct BrokerSettings: Sendable {
  /// Where all is kept; made when it is not there. One broker at a time.
  public var dataDirectory: String
  public var host = "127.0.0.1"
  /// 0 takes a free one.
  public var port = 9092
  /// What clients are told to connect to; nil: the address that is listened on.
  public var advertisedHost: String?
  public var advertisedPort: Int?
  public var sync = BrokerSync.always
  /// Makes topics that are asked for and not there.
  public var createsTopics = false
  public var defaultPartitions = 1
  /// For topics that say nothing of it, in bytes.
  public var segmentBytes = 256 << 20
  public var messageBytesMax = 1_048_588
  /// For topics that say nothing of it; -1 keeps all.
  public var retentionMilliseconds: Int64 = 7 * 24 * 3_600_000
  public var retentionBytes = -1
  /// How long a group without members keeps its offsets.
  public var offsetsRetentionMilliseconds: Int64 = 7 * 24 * 3_600_000
  /// How long an empty group waits for more members before it begins.
  public var groupDelayMilliseconds: Int64 = 0
  /// Of all topics together; each holds three files open.
  public var partitionsMax = 4_000
  public var connectionsMax = 12_000
  /// The largest request.
  public var requestBytesMax = 16 << 20
  /// Of all requests and answers in memory together.
  public var memoryBytesMax = 64 << 20
  /// The largest answer to a fetch, whatever the client asks for.
  public var fetchBytesMax = 8 << 20
  public var idleMilliseconds: Int64 = 600_000
  /// How long a client may take over a request or an answer without any progress.
  public var stallMilliseconds: Int64 = 30_000

  public init(dataDirectory: String) { self.dataDirectory = dataDirectory }

  var partitions: PartitionSettings {
    var settings = PartitionSettings()
    settings.sync = sync.policy
    settings.segmentBytes = segmentBytes
    settings.maxMessageBytes = messageBytesMax
    settings.retention = retentionMilliseconds
    settings.retentionBytes = retentionBytes
    return settings
  }

  /// - Throws: for settings that contradict one another.
  func check() throws(BrokerError) {
    guard memoryBytesMax >= requestBytesMax else {
      throw BrokerError("the broker's memory limit is below its largest request; raise the one or lower the other")
    }
    guard advertisedHost != nil || !["0.0.0.0", "::"].contains(host) else {
      throw BrokerError("\(host) is no address that clients can connect to; set the advertised address")
    }
  }
}
