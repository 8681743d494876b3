import Runtime
import Synchronization

/// What providers report, from any thread, for the worker's thread to take.
final class ReportBox: Sendable {
  private let reports = Mutex<[SendReport]>([])
  private let wake: WakeSignal

  init(wake: WakeSignal) { self.wake = wake }

  var isEmpty: Bool { reports.withLock(\.isEmpty) }

  /// Wakes with the first: what comes before it is taken is taken with it.
  func add(_ more: [SendReport]) {
    let isFirst = reports.withLock { reports in
      defer { reports += more }
      return reports.isEmpty
    }
    if isFirst { wake.signal() }
  }

  func take() -> [SendReport] {
    reports.withLock { reports in
      defer { reports = [] }
      return reports
    }
  }
}
