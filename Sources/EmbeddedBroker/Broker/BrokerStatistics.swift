/// What came and went since the start.
public struct BrokerStatistics: Sendable {
  public struct API: Sendable {
    public var requests: UInt64 = 0
    public var requestBytes: UInt64 = 0
    public var answerBytes: UInt64 = 0
    /// From a request's start to its answer, waiting included, by upper bound; see `latencyBounds`.
    public var latencies = [UInt64](repeating: 0, count: BrokerStatistics.latencyBounds.count + 1)
    public var latencyMilliseconds: UInt64 = 0

    public init() {}
  }

  /// In milliseconds; what is above the last one is counted after it.
  public static let latencyBounds: [Int64] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000]

  /// By the protocol's name.
  public internal(set) var apis: [String: API] = [:]
  public internal(set) var connectionsOpened: UInt64 = 0
  public internal(set) var connectionsRefused: UInt64 = 0
  /// Closed by the broker for what they sent or did not take.
  public internal(set) var connectionsOffended: UInt64 = 0

  public init() {}

  private static let names = Dictionary(uniqueKeysWithValues: APIKey.allCases.map { ($0.rawValue, "\($0)") })

  mutating func ended(_ exchange: Exchange, requestBytes: Int, answerBytes: Int, now: Int64) {
    let latency = now - exchange.started
    let place = Self.latencyBounds.firstIndex { latency <= $0 } ?? Self.latencyBounds.count
    update(&apis[Self.names[exchange.header.key] ?? "unknown", default: API()]) { api in
      api.requests += 1
      api.requestBytes += UInt64(requestBytes)
      api.answerBytes += UInt64(answerBytes)
      api.latencies[place] += 1
      api.latencyMilliseconds += UInt64(max(latency, 0))
    }
  }

  private func update(_ api: inout API, _ body: (inout API) -> Void) { body(&api) }
}

/// The broker at one moment.
public struct BrokerSnapshot: Sendable {
  public struct GroupLag: Sendable {
    public var group: String
    public var topic: String
    public var partition: Int32
    public var lag: Int64

    public init(group: String, topic: String, partition: Int32, lag: Int64) {
      (self.group, self.topic, self.partition, self.lag) = (group, topic, partition, lag)
    }
  }

  public var statistics = BrokerStatistics()
  public var connections = 0
  /// Of requests and answers.
  public var memoryBytes = 0
  public var topics = 0
  public var partitions = 0
  public var logBytes = 0
  public var groups = 0
  public var lags: [GroupLag] = []
  public var syncs: UInt64 = 0
  public var syncFailures: UInt64 = 0
  /// Partitions that take nothing as the disk does not keep what it has.
  public var failingPartitions = 0
}
