import Testing

@testable import Operations

@Suite struct DaemonLifeTests {
  /// The steps that follow from events, the first one included.
  private func steps(_ services: Int, _ events: [DaemonLife.Event]) -> [DaemonLife.Step] {
    var life = DaemonLife(services: services)
    return [life.begin()] + events.map { life.handle($0) }
  }

  @Test func `services start in order, and a signal stops them in reverse`() {
    #expect(
      steps(2, [.started, .started, .signal(15), .stopped, .stopped])
        == [.start(0), .start(1), .wait, .stop(1), .stop(0), .finish(0)])
  }

  @Test func `a start that fails stops those before it and none after it`() {
    #expect(
      steps(3, [.started, .startFailed, .stopped]) == [.start(0), .start(1), .stop(0), .finish(1)])
    #expect(steps(2, [.startFailed]) == [.start(0), .finish(1)])
  }

  @Test func `a failed service stops all of them, itself included`() {
    #expect(
      steps(2, [.started, .started, .failed, .stopped, .stopped])
        == [.start(0), .start(1), .wait, .stop(1), .stop(0), .finish(1)])
  }

  @Test func `a signal during a start waits for it and starts no more`() {
    #expect(
      steps(3, [.started, .signal(2), .started, .stopped, .stopped])
        == [.start(0), .start(1), .wait, .stop(1), .stop(0), .finish(0)])
  }

  @Test func `a failure during a later start counts as one`() {
    #expect(
      steps(2, [.started, .failed, .started, .stopped, .stopped])
        == [.start(0), .start(1), .wait, .stop(1), .stop(0), .finish(1)])
  }

  @Test func `a failure while stopping changes the status`() {
    #expect(steps(2, [.started, .started, .signal(15), .failed, .stopped, .stopped]).last == .finish(1))
  }

  @Test func `a second signal ends the process at once, in whatever phase`() {
    #expect(steps(1, [.started, .signal(15), .signal(2)]).last == .leave(130))
    #expect(steps(1, [.signal(15), .signal(15)]).last == .leave(143))
  }

  @Test func `a first signal after a failure does not cut the stop short`() {
    #expect(steps(1, [.started, .failed, .signal(15), .stopped]) == [.start(0), .wait, .stop(0), .wait, .finish(1)])
  }

  @Test func `a service that does not stop in time is left, the others stop, and the process does not run on`() {
    #expect(
      steps(2, [.started, .started, .signal(15), .overran, .stopped])
        == [.start(0), .start(1), .wait, .stop(1), .stop(0), .leave(1)])
  }

  @Test func `without services it waits for a signal`() {
    #expect(steps(0, [.signal(15)]) == [.wait, .finish(0)])
  }
}
