import Runtime
import Synchronization

/// A service's start or stop on a thread of its own, so that the daemon hears signals meanwhile.
final class ServiceCall: Sendable {
  /// Readable once it has returned.
  let done = WakeSignal()
  /// Monotonic nanoseconds; nil waits for ever.
  let deadline: Int64?
  let isStart: Bool
  let service: any Service
  private let result = Mutex<Result<Void, any Error>?>(nil)

  private init(_ service: any Service, isStart: Bool, deadline: Int64?) {
    (self.service, self.isStart, self.deadline) = (service, isStart, deadline)
  }

  static func start(_ service: any Service) -> ServiceCall {
    let call = ServiceCall(service, isStart: true, deadline: nil)
    call.run { try service.start() }
    return call
  }

  /// `grace` is what a service may need beyond its deadline to return.
  static func stop(_ service: any Service, grace: Duration) -> ServiceCall {
    let wait = Int64((service.stopDeadline + grace) / .nanoseconds(1))
    let call = ServiceCall(service, isStart: false, deadline: SystemTime.monotonicNanoseconds() + wait)
    call.run { try service.stop(within: service.stopDeadline) }
    return call
  }

  /// Why it failed; nil when it did not, or has not returned.
  var error: (any Error)? {
    result.withLock { if case .failure(let error)? = $0 { error } else { nil } }
  }

  private func run(_ body: @escaping @Sendable () throws -> Void) {
    _ = OwnedThread(name: "\(isStart ? "start" : "stop") \(service.name)") { [self] in
      let outcome = Result(catching: body)
      result.withLock { $0 = outcome }
      done.signal()
    }
  }
}
