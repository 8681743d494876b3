import Runtime
import Synchronization

/// What providers report, from any thread, for the worker's thread to take.
final class ReportBox: Sendable {
  private let reports = Mutex<[SendReport]>([])
  private let wake: WakeSignal

  init(wake: WakeSignal) { self.wake = wake }

  func add(_ more: [SendReport]) {
    reports.withLock { $0 += more }
    wake.signal()
  }

  func take() -> [SendReport] {
    reports.withLock { reports in
      defer { reports = [] }
      return reports
    }
  }
}
