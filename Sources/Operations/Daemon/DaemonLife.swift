/// The life of a daemon with a number of services, as a value: it is told what happened and says what to do next.
struct DaemonLife {
  enum Phase: Equatable {
    /// Service number n is being started.
    case starting(Int)
    case running
    /// Service number n is being stopped.
    case stopping(Int)
    case ended
  }

  enum Event: Equatable {
    /// The service that was to start or to stop has done so, or has not.
    case started, startFailed, stopped, overran
    /// A service that was started cannot go on.
    case failed
    case signal(Int32)
  }

  enum Step: Equatable {
    case start(Int)
    case stop(Int)
    /// Wait for the next event.
    case wait
    /// All is over: the exit status.
    case finish(Int32)
    /// End the process with this status as it is: something still runs and will not end.
    case leave(Int32)
  }

  let services: Int
  private(set) var phase = Phase.starting(0)
  private var status: Int32 = 0
  private var mustStop = false
  private var signals = 0
  private var someRunOn = false

  init(services: Int) { self.services = services }

  mutating func begin() -> Step { start(0) }

  mutating func handle(_ event: Event) -> Step {
    switch event {
    case .signal(let number):
      signals += 1
      // By a shell's convention; the first asks, the second insists.
      return signals > 1 ? leave(128 + number) : requestStop()
    case .failed:
      status = 1
      return requestStop()
    case .started, .startFailed, .stopped, .overran: return finishCall(event)
    }
  }

  /// A call of a service in progress is never cut short: what it has begun has to be stopped in order.
  private mutating func requestStop() -> Step {
    mustStop = true
    return phase == .running ? stop(below: services) : .wait
  }

  private mutating func finishCall(_ event: Event) -> Step {
    switch (phase, event) {
    case (.starting(let index), .started): return mustStop ? stop(below: index + 1) : start(index + 1)
    case (.starting(let index), .startFailed):
      status = 1
      return stop(below: index)
    case (.stopping(let index), .stopped): return stop(below: index)
    case (.stopping(let index), .overran):
      (status, someRunOn) = (1, true)
      return stop(below: index)
    default: preconditionFailure("\(event) while \(phase)")
    }
  }

  private mutating func start(_ index: Int) -> Step {
    phase = index < services ? .starting(index) : .running
    return index < services ? .start(index) : .wait
  }

  private mutating func stop(below count: Int) -> Step {
    if count > 0 {
      phase = .stopping(count - 1)
      return .stop(count - 1)
    }
    phase = .ended
    return someRunOn ? .leave(status) : .finish(status)
  }

  private mutating func leave(_ status: Int32) -> Step {
    phase = .ended
    return .leave(status)
  }
}
