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
    for lag in snapshot.lags {
      let labels = [("group", lag.group), ("topic", lag.topic), ("partition", "\(lag.partition)")]
      registry.gauge("bongsu_broker_group_lag", help: "Records that a group has to read", labels: labels)
        .set(Int(lag.lag))
    }
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
      "bongsu_broker_request_latency_seconds", help: "From request to answer, waiting included; rounded up",
      labels: [("api", api)], bounds: bounds.map { Double($0) / 1_000 })
    for (place, (new, old)) in zip(now.latencies, before.latencies).enumerated() where new > old {
      let milliseconds = place < bounds.count ? bounds[place] : bounds[bounds.count - 1] * 2
      for _ in old..<new { histogram.observe(microseconds: milliseconds * 1_000) }
    }
  }
}
