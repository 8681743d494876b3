import Operations
import Runtime
import Synchronization
import Telemetry
import TestSupport
import Testing

struct RoleThreadTests {
  private struct Fault: DispositionError {
    let disposition: Disposition
    var description: String { "a fault" }
  }

  /// A thread whose states are kept.
  private final class Stage: Sendable {
    let stop = StopRequest()
    let failed = WakeSignal()
    let registry = MetricsRegistry()
    let states = Mutex<[RoleState]>([])

    func thread() -> RoleThread {
      let restarts = registry.counter("restarts_total", help: "Faults.")
      return RoleThread(
        "role", logger: Logger(label: "test", level: .critical), stop: stop, restarts: restarts, failed: failed
      ) { [self] state in states.withLock { $0.append(state) } }
    }

    func hasRestarted(_ times: Int) -> Bool {
      registry.render().split(separator: "\n").contains("restarts_total \(times)")
    }

    var kinds: [RoleState.Kind] { states.withLock { $0.map(\.kind) } }
  }

  @Test func `after a fault the next session is played, and the reason is told`() throws {
    let stage = Stage()
    let thread = stage.thread()
    let sessions = Atomic(0)
    thread.start { thread in
      {
        guard sessions.add(1, ordering: .relaxed).newValue == 3 else { throw Fault(disposition: .retry(after: nil)) }
        thread.note(RoleState(.working))
        _ = Poll.wait([thread.stopRequest.signal.fileDescriptor], timeoutMilliseconds: 60_000)
      }
    }
    try eventually("the third works") { thread.state.kind == .working }
    #expect(stage.hasRestarted(2) && thread.failure == nil && !thread.hangs)
    stage.stop.request(within: .seconds(1))
    #expect(thread.join(within: .seconds(10)))
    #expect(stage.kinds == [.connecting, .holding, .holding, .working, .stopped])
    #expect(stage.states.withLock { $0[1].problem } == "holding: a fault")
  }

  @Test func `what only a person can mend is the end, and wakes whoever watches`() {
    let stage = Stage()
    let thread = stage.thread()
    thread.start { _ in { throw Fault(disposition: .stop("mend it")) } }
    #expect(Poll.wait([stage.failed.fileDescriptor], timeoutMilliseconds: 10_000))
    #expect(thread.failure == "a fault" && thread.state == RoleState(.stopped, "a fault"))
    #expect(stage.hasRestarted(0) && thread.join(within: .seconds(10)))
  }

  @Test func `what cannot even be prepared is the end`() {
    let stage = Stage()
    let thread = stage.thread()
    thread.start { _ in throw Fault(disposition: .retry(after: nil)) }
    #expect(Poll.wait([stage.failed.fileDescriptor], timeoutMilliseconds: 10_000))
    #expect(thread.failure == "a fault" && thread.join(within: .seconds(10)))
  }

  @Test func `a stop ends the rest after a fault`() throws {
    let stage = Stage()
    let thread = stage.thread()
    thread.start { _ in { throw Fault(disposition: .retry(after: nil)) } }
    try eventually("it rests for long") { stage.kinds.count { $0 == .holding } >= 3 }
    stage.stop.request(within: .zero)
    #expect(thread.join(within: .seconds(10)) && thread.state.kind == .stopped)
  }
}
