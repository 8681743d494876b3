import Runtime
import TestSupport
import Testing

@Suite struct BackoffTests {
  @Test func `delays lie between half of a doubling interval and the whole, up to the limit`() {
    for seed: UInt64 in 0..<20 {
      var random = SeededGenerator(seed: seed)
      var backoff = Backoff(initial: .milliseconds(100), limit: .seconds(1))
      for interval: Duration in [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)] {
        let delay = backoff.next(using: &random)
        #expect(delay >= interval / 2 && delay <= interval)
      }
      for _ in 0..<100 {
        let delay = backoff.next(using: &random)
        #expect(delay >= .milliseconds(500) && delay <= .seconds(1))
      }
    }
  }

  @Test func `delays are spread over their half`() {
    var random = SeededGenerator(seed: 1)
    let delays = (0..<200).map { _ in
      var backoff = Backoff(initial: .seconds(2), limit: .seconds(30))
      return backoff.next(using: &random)
    }
    #expect(delays.contains { $0 < .milliseconds(1_100) } && delays.contains { $0 > .milliseconds(1_900) })
  }

  @Test func `an answer begins it anew`() {
    var random = SeededGenerator(seed: 1)
    var backoff = Backoff(initial: .seconds(2), limit: .seconds(30))
    for _ in 0..<5 { _ = backoff.next(using: &random) }
    #expect(backoff.next(using: &random) >= .seconds(15))
    backoff.reset()
    #expect(backoff.next(using: &random) <= .seconds(2))
  }

  @Test func `a limit below the first delay holds, and years of attempts do not overflow`() {
    var random = SeededGenerator(seed: 1)
    var backoff = Backoff(initial: .seconds(86_400 * 365), limit: .seconds(4))
    for _ in 0..<1_000 { #expect((.seconds(2) ... .seconds(4)).contains(backoff.next(using: &random))) }
  }
}
