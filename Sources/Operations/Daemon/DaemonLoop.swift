import Runtime
import Telemetry

/// The shell around `DaemonLife`: does what it says and waits in one `poll` for what happens.
struct DaemonLoop {
  private let services: [any Service]
  private let signals: SignalSource
  private let grace: Duration
  private let logger: Logger
  private var life: DaemonLife
  private var call: ServiceCall?
  /// Started services whose failure has not been heard of yet.
  private var watched: [any Service] = []
  /// The first thing that went wrong.
  private(set) var reason: String?

  init(_ services: [any Service], signals: SignalSource, grace: Duration, logger: Logger) {
    (self.services, self.signals, self.grace, self.logger) = (services, signals, grace, logger)
    life = DaemonLife(services: services.count)
  }

  /// - Parameter show: hears of each phase.
  /// - Returns: the exit status, and whether all services have ended.
  mutating func run(_ show: (DaemonLife.Phase) -> Void) -> (status: Int32, isOver: Bool) {
    var step = life.begin()
    while true {
      show(life.phase)
      switch step {
      case .start(let index): call = .start(services[index])
      case .stop(let index): call = .stop(services[index], grace: grace)
      case .wait: break
      case .finish(let status): return (status, true)
      case .leave(let status): return (status, false)
      }
      step = life.handle(nextEvent())
    }
  }

  private mutating func nextEvent() -> DaemonLife.Event {
    while true {
      let descriptors = [signals.fileDescriptor] + watched.map(\.failed.fileDescriptor)
      let waited = descriptors + (call.map { [$0.done.fileDescriptor] } ?? [])
      let ready = Poll.ready(waited, timeoutMilliseconds: timeout())
      if let signal = signals.take() { return .signal(signal) }
      if let index = watched.firstIndex(where: { ready.contains($0.failed.fileDescriptor) }) { return fail(index) }
      guard let call else { continue }
      if ready.contains(call.done.fileDescriptor) { return returned(call) }
      if let deadline = call.deadline, SystemTime.monotonicNanoseconds() >= deadline {
        return overran(call, "\(call.service.name) still runs past its deadline")
      }
    }
  }

  private func timeout() -> Int32 {
    guard let deadline = call?.deadline else { return -1 }
    return Int32(clamping: max(0, deadline - SystemTime.monotonicNanoseconds()) / 1_000_000 + 1)
  }

  private mutating func fail(_ index: Int) -> DaemonLife.Event {
    let service = watched.remove(at: index)
    note("service failed", service, service.failure ?? "no reason given")
    return .failed
  }

  private mutating func returned(_ call: ServiceCall) -> DaemonLife.Event {
    self.call = nil
    guard call.isStart else { return call.error.map { overran(call, "\($0)") } ?? .stopped }
    if let error = call.error {
      note("service did not start", call.service, "\(error)")
      return .startFailed
    }
    watched.append(call.service)
    return .started
  }

  private mutating func overran(_ call: ServiceCall, _ why: String) -> DaemonLife.Event {
    self.call = nil
    note("service did not stop in time", call.service, why)
    return .overran
  }

  private mutating func note(_ message: StaticString, _ service: any Service, _ why: String) {
    logger.error(message, ["service": service.name, "reason": why])
    reason = reason ?? why
  }
}
