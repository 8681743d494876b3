import NotificationModel

/// A place where people hear of alerts.
protocol OpsSink: Sendable {
  /// In logs and metrics, as `webhook`.
  var name: String { get }

  /// Begins and returns at once; `report` is called once, on any thread.
  func send(_ message: OpsMessage, report: @escaping @Sendable (OpsAnswer) -> Void)

  func stop(within time: Duration)
}
