import NotificationModel

/// What a site has done so far, stage by stage, as its roles tell.
public struct SiteFigures: Sendable, Equatable {
  public struct Channel: Sendable, Equatable {
    public var deliveries = 0
    public var sent = 0
    public var retrying = 0
    public var failed = 0
    /// Read, and neither finished nor committed.
    public var unfinished = 0
    /// From a delivery's place in its topic to the provider's taking it, in seconds.
    public var p99: Double?
  }

  public var rows = 0
  public var acknowledged = 0
  /// From a row's commit to Kafka's acknowledgement, in seconds.
  public var relayP99: Double?
  public var events = 0
  public var routerP99: Double?
  public var suppressed: [String: Int] = [:]
  public var deferred = 0
  public var deadLetters = 0
  /// By name, in the order of `channelNames`.
  public var channels: [String: Channel] = [:]
  public var parked = 0
  /// Records that wait, by consumer group; nil where no broker of ours tells.
  public var lag: [String: Int]?

  public static let channelNames = DeliveryChannel.allCases.map(\.rawValue)

  public init() {}

  /// - Parameter pages: by the role's name.
  public init(_ pages: [String: MetricsPage]) {
    let relay = pages["relay"] ?? MetricsPage()
    let router = pages["router"] ?? MetricsPage()
    rows = Int(relay.sum("bongsu_relay_rows_total"))
    acknowledged = Int(relay.sum("bongsu_relay_acknowledged_total"))
    relayP99 = relay.quantile(0.99, "bongsu_relay_commit_to_acknowledge_seconds")
    events = Int(router.sum("bongsu_router_events_total"))
    routerP99 = router.quantile(0.99, "bongsu_router_latency_seconds")
    suppressed = router.sums("bongsu_router_suppressions_total", by: "reason").mapValues { Int($0) }
      .filter { $0.value > 0 }
    deferred = Int(router.sum("bongsu_router_deferrals_total"))
    deadLetters = Int(router.sum("bongsu_router_dead_letters_total"))
    for name in Self.channelNames {
      channels[name] = Channel(pages["worker-\(name)"], router, name)
    }
    parked = Int(pages["redrive"]?.sum("bongsu_redrive_parked_total") ?? 0)
    lag = pages["broker"].map { $0.sums("bongsu_broker_group_lag", by: "group").mapValues { Int($0) } }
  }

  public var deliveries: Int { channels.values.reduce(0) { $0 + $1.deliveries } }
  public var sent: Int { channels.values.reduce(0) { $0 + $1.sent } }
  public var retrying: Int { channels.values.reduce(0) { $0 + $1.retrying } }
  public var failed: Int { channels.values.reduce(0) { $0 + $1.failed } }
  public var suppressions: Int { suppressed.values.reduce(0, +) }
  public var waiting: Int { lag?.values.reduce(0, +) ?? 0 }

  /// Nothing waits, as far as the roles know.
  public var isQuiet: Bool {
    waiting == 0 && rows == acknowledged && channels.values.allSatisfy { $0.unfinished == 0 }
  }
}

extension SiteFigures.Channel {
  fileprivate init(_ worker: MetricsPage?, _ router: MetricsPage, _ name: String) {
    deliveries = Int(router.sum("bongsu_router_deliveries_total", where: ["channel": name]))
    guard let worker else { return }
    func ended(_ state: String) -> Int { Int(worker.sum("bongsu_worker_attempts_total", where: ["state": state])) }
    (sent, retrying, failed) = (ended("SUCCESS"), ended("RETRYING"), ended("FAIL"))
    unfinished = Int(worker.sum("bongsu_worker_unfinished"))
    p99 = worker.quantile(0.99, "bongsu_worker_latency_seconds")
  }
}
