import NotificationModel
public import Telemetry

/// Metrics of asking vendors; docs/operations.md says what each is for.
public struct ReceiptMetrics: Sendable {
  let databaseFailures, restarts, unmatched: Counter
  let awaited, overdue: Gauge
  private let asks: [String: Counter]
  private let received: [String: [DeliveryReceipt: Counter]]
  private let failures: @Sendable (String, String) -> Counter

  /// - Parameter vendors: that are asked.
  public init(_ registry: MetricsRegistry, vendors: [String]) {
    func counter(_ name: String, _ help: String, _ labels: [(String, String)] = []) -> Counter {
      registry.counter("bongsu_sms_reports_\(name)", help: help, labels: labels)
    }
    databaseFailures = counter(
      "database_failures_total", "Times the notification database did not answer as it should.")
    restarts = counter("restarts_total", "Times Kafka's client was made anew after a fault.")
    unmatched = counter("unmatched_total", "Reports of messages that nobody waits for.")
    awaited = registry.gauge(
      "bongsu_sms_reports_awaited", help: "Messages of which no word has come, looked up every minute.", labels: [])
    overdue = registry.gauge(
      "bongsu_sms_reports_overdue_seconds", help: "For how long the message longest due has not been asked about.",
      labels: [])
    asks = Dictionary(
      uniqueKeysWithValues: vendors.map {
        ($0, counter("asks_total", "Calls that asked a vendor, by vendor.", [("vendor", $0)]))
      })
    received = Dictionary(
      uniqueKeysWithValues: vendors.map { vendor in
        let counters = DeliveryReceipt.allCases.map {
          ($0, counter("received_total", "Words told, by vendor.", [("vendor", vendor), ("receipt", $0.rawValue)]))
        }
        return (vendor, Dictionary(uniqueKeysWithValues: counters))
      })
    failures = { vendor, code in
      registry.counter(
        "bongsu_sms_reports_failures_total", help: "Calls that told nothing, by vendor and its code.",
        labels: [("vendor", vendor), ("code", code)])
    }
  }

  func countAsks(_ count: Int, of vendor: String) { asks[vendor]?.increment(by: count) }
  func count(_ receipt: DeliveryReceipt, of vendor: String) { received[vendor]?[receipt]?.increment() }
  func countFailure(_ code: String, of vendor: String) { failures(vendor, code).increment() }
}
