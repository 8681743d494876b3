import NotificationModel

/// What a demo has committed, and what has to come of it.
struct DemoLedger: Sendable {
  private(set) var committed = 0
  private(set) var rolledBack = 0
  private(set) var expected: Set<String> = []
  /// Deliveries that may come or not: what was committed before an opt-out and perhaps routed after it.
  private(set) var open: Set<String> = []
  private(set) var suppressed: [String: Int] = [:]

  init() {}

  mutating func addRollback() { rolledBack += 1 }

  /// - Parameter isOpen: whether its pushes may be suppressed or not.
  mutating func add(_ forecast: DeliveryForecast.Forecast, isOpen: Bool) {
    committed += 1
    for (id, isPush) in zip(forecast.delivered, forecast.isPush) {
      if isOpen && isPush { open.insert(id) } else { expected.insert(id) }
    }
    for (reason, count) in forecast.suppressed { suppressed[reason.rawValue, default: 0] += count }
  }
}
