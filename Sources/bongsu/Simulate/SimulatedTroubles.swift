import ProviderSimulators
import Runtime
import Synchronization

/// Who misbehaves until when: what the flags say, and for a while what the control address was told in its place.
final class SimulatedTroubles: Sendable {
  private let standIns: [SimulatedProvider: any StandIn]
  private let always: [(trouble: SimulatedTrouble, part: Double)]
  /// Monotonic nanoseconds when each one's ends.
  private let ends = Mutex<[SimulatedProvider: Int64]>([:])
  private let changed = WakeSignal()
  private let stopped = StopRequest()
  private let thread = Mutex<OwnedThread?>(nil)

  init(_ standIns: [SimulatedProvider: any StandIn], failing: Double, hanging: Double) {
    self.standIns = standIns
    always = [(.fail, failing), (.hang, hanging)].filter { $0.1 > 0 }
    for provider in standIns.keys { calm(provider) }
  }

  func start() {
    thread.withLock { $0 = OwnedThread(name: "troubles") { [self] in run() } }
  }

  func stop() {
    stopped.request(within: .zero)
    thread.withLock { $0.take() }?.join()
  }

  /// - Parameter part: of 1, how many suffer.
  func begin(_ trouble: SimulatedTrouble, _ provider: SimulatedProvider, for time: Duration, part: Double) {
    guard let standIn = standIns[provider] else { return }
    ends.withLock { ends in
      standIn.behave()
      if trouble == .down {
        standIn.goDown()
      } else {
        standIn.comeUp()
        standIn.misbehave(trouble, part < 1 ? .fraction(part, seed: 1) : .all)
      }
      ends[provider] = SystemTime.monotonicNanoseconds() + Int64(time / .nanoseconds(1))
    }
    changed.signal()
  }

  /// As the flags say again.
  func end(_ provider: SimulatedProvider) {
    ends.withLock { ends in
      ends[provider] = nil
      calm(provider)
    }
  }

  private func calm(_ provider: SimulatedProvider) {
    guard let standIn = standIns[provider] else { return }
    standIn.behave()
    for (index, one) in always.enumerated() {
      standIn.misbehave(one.trouble, .fraction(one.part, seed: UInt64(index + 1)))
    }
    standIn.comeUp()
  }

  private func run() {
    while !stopped.isRequested {
      let now = SystemTime.monotonicNanoseconds()
      let next = ends.withLock { ends in
        for (provider, end) in ends where end <= now {
          ends[provider] = nil
          calm(provider)
        }
        return ends.values.min()
      }
      let watched = [changed.fileDescriptor, stopped.signal.fileDescriptor]
      if let next {
        _ = Poll.wait(watched, nanoseconds: max(0, next - now))
      } else {
        _ = Poll.wait(watched, timeoutMilliseconds: -1)
      }
      _ = changed.clear()
    }
  }
}
