import Runtime
import Testing

@testable import HTTPTransfer

struct SocketWatchTests {
  /// One that went on ringing would have the thread turn without a rest for as long as libcurl says nothing else.
  @Test func `libcurl's timer rings once, and at its time`() {
    let watch = SocketWatch(wake: WakeSignal())
    let now = SystemTime.monotonicNanoseconds()
    #expect(!watch.takeRing(now: now) && watch.callAt == .max)
    watch.hear(timer: 1_000)
    #expect(!watch.takeRing(now: now) && watch.callAt >= now + 1_000_000_000)
    #expect(watch.takeRing(now: now + 60_000_000_000))
    #expect(!watch.takeRing(now: now + 60_000_000_000) && watch.callAt == .max)
    watch.hear(timer: 0)
    watch.hear(timer: -1)
    #expect(!watch.takeRing(now: .max - 1))
  }
}
