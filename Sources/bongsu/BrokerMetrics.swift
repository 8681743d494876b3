import EmbeddedBroker
import Synchronization
import Telemetry

/// The broker's numbers as metrics, and what they say of its health. `refresh` is to be called about once a second.
final class BrokerMetrics: Sendable {
  private let registry: MetricsRegistry
  private let broker: BrokerServer
  private let seen = Mutex(BrokerStatistics())
  private let answers = Mutex(true)
  private let failing = Mutex(0)
  private let lagging = Mutex<Set<[String]>>([])

  init(_ broker: BrokerServer, _ registry: MetricsRegistry) {
    self.broker = broker
    self.registry = registry
  }

  /// A broker that does not answer makes no progress.
  var health: [String: String] { answers.withLock { $0 } ? [:] : ["broker": "does not answer within 2 s"] }

  var readiness: [String: String] {
    let count = failing.withLock { $0 }
    return count == 0 ? health : ["log": "\(count) partitions take nothing: look at the disk, and at the log's reason"]
  }

  func refresh() {
    let snapshot = broker.snapshot()
    answers.withLock { $0 = snapshot != nil }
    guard let snapshot else { return }
    failing.withLock { $0 = snapshot.failingPartitions }
    showGauges(snapshot)
    let before = seen.withLock { seen in
      defer { seen = snapshot.statistics }
      return seen
    }
    count("bongsu_broker_connections_opened_total", "Connections", snapshot.statistics, before, \.connectionsOpened)
    count(
      "bongsu_broker_connections_refused_total", "Over the limit", snapshot.statistics, before, \.connectionsRefused)
    count(
      "bongsu_broker_connections_offended_total", "Closed for what they sent or did not take", snapshot.statistics,
      before, \.connectionsOffended)
    for (api, now) in snapshot.statistics.apis { show(api, now, before.apis[api] ?? .init()) }
  }

  private func showGauges(_ snapshot: BrokerSnapshot) {
    func gauge(_ name: String, _ help: String, _ value: Int) {
      registry.gauge("bongsu_broker_\(name)", help: help).set(value)
    }
    gauge("connections", "Connections that are open", snapshot.connections)
    gauge("memory_bytes", "Of requests and answers", snapshot.memoryBytes)
    gauge("topics", "Topics", snapshot.topics)
    gauge("partitions", "Partitions of all topics", snapshot.partitions)
    gauge("partitions_failing", "Partitions that take nothing, for the disk's sake", snapshot.failingPartitions)
    gauge("log_bytes", "Of all logs", snapshot.logBytes)
    gauge("groups", "Groups with members or offsets", snapshot.groups)
    gauge("sync_failures", "Syncs of the disk that failed since the start", Int(snapshot.syncFailures))
    show(lags: snapshot.lags)
  }

  /// A group that was deleted or has expired leaves no number behind.
  func show(lags: [BrokerSnapshot.GroupLag]) {
    let name = "bongsu_broker_group_lag"
    var present: Set<[String]> = []
    for lag in lags {
      let place = [lag.group, lag.topic, "\(lag.partition)"]
      present.insert(place)
      registry.gauge(name, help: "Records that a group has to read", labels: Self.labels(place)).set(Int(lag.lag))
    }
    let gone = lagging.withLock { known in
      defer { known = present }
      return known.subtracting(present)
    }
    for place in gone { registry.remove(name, labels: Self.labels(place)) }
  }

  private static func labels(_ place: [String]) -> MetricsRegistry.Labels {
    Array(zip(["group", "topic", "partition"], place))
  }

  private func count(
    _ name: String, _ help: String, _ now: BrokerStatistics, _ before: BrokerStatistics,
    _ value: KeyPath<BrokerStatistics, UInt64>
  ) {
    registry.counter(name, help: help).increment(by: Int(now[keyPath: value] - before[keyPath: value]))
  }

  private func show(_ api: String, _ now: BrokerStatistics.API, _ before: BrokerStatistics.API) {
    func count(_ name: String, _ help: String, _ difference: UInt64) {
      registry.counter("bongsu_broker_\(name)_total", help: help, labels: [("api", api)])
        .increment(by: Int(difference))
    }
    count("requests", "Requests answered", now.requests - before.requests)
    count("request_bytes", "Of requests", now.requestBytes - before.requestBytes)
    count("answer_bytes", "Of answers", now.answerBytes - before.answerBytes)
    let bounds = BrokerStatistics.latencyBounds
    let histogram = registry.histogram(
      "bongsu_broker_request_latency_seconds", help: "From request to answer, waiting included, in whole milliseconds",
      labels: [("api", api)], bounds: bounds.map { Double($0) / 1_000 })
    histogram.add(
      zip(now.latencies, before.latencies).map { $0 - $1 },
      microseconds: (now.latencyMilliseconds - before.latencyMilliseconds) * 1_000)
  }
}
