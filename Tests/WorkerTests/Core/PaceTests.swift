import Testing

@testable import Worker

@Suite("Pace and breaker") struct PaceTests {
  private static let second: Int64 = 1_000_000_000

  /// How many are sent in so many seconds, asked each hundredth of one.
  private func sent(_ pacer: inout Pacer, from start: Int64, seconds: Int) -> Int {
    (1...(seconds * 100)).reduce(0) { $0 + pacer.take(1_000, now: start + Int64($1) * Self.second / 100) }
  }

  @Test func `a limit is kept to, and bursts of a tenth of a second at most`() {
    var pacer = Pacer(limit: 200, now: 0)
    #expect(pacer.take(1_000, now: 0) == 20)
    #expect(pacer.take(1_000, now: 0) == 0)
    #expect(pacer.nextAt(now: 0) == Self.second / 200)
    let count = sent(&pacer, from: 0, seconds: 10)
    #expect((1_980...2_020).contains(count), "\(count)")
    #expect(pacer.take(1_000, now: 100 * Self.second) == 20)
  }

  @Test func `without a limit all go at once`() {
    var pacer = Pacer(limit: nil, now: 0)
    #expect(pacer.take(5_000, now: 0) == 5_000 && pacer.nextAt(now: 0) == nil)
  }

  @Test func `too much halves it, and it comes back a tenth a second`() {
    var pacer = Pacer(limit: 200, now: 0)
    _ = sent(&pacer, from: 0, seconds: 3)
    pacer.slowDown(now: 3 * Self.second)
    #expect(pacer.rate.map { (90...110).contains($0) } == true, "\(String(describing: pacer.rate))")
    _ = sent(&pacer, from: 3 * Self.second, seconds: 20)
    #expect(pacer.rate == 200)
  }

  @Test func `without a limit it slows down from what was sent, and never stands still`() {
    var pacer = Pacer(limit: nil, now: 0)
    for step in 1...200 { _ = pacer.take(10, now: Int64(step) * Self.second / 100) }
    pacer.slowDown(now: 2 * Self.second)
    #expect(pacer.rate.map { (400...600).contains($0) } == true, "\(String(describing: pacer.rate))")
    for _ in 0..<30 { pacer.slowDown(now: 2 * Self.second) }
    #expect(pacer.rate.map { $0 > 100 } == true)
    for step: Int64 in 3...40 { pacer.slowDown(now: step * Self.second) }
    #expect(pacer.rate == 1)
    _ = sent(&pacer, from: 40 * Self.second, seconds: 200)
    #expect(pacer.rate == nil)
  }

  @Test func `five failures in a row open the breaker, one answer closes it`() {
    var breaker = Breaker()
    for _ in 0..<4 { breaker.failed(jitter: 1, now: 0) }
    breaker.succeeded()
    for _ in 0..<4 { breaker.failed(jitter: 1, now: 0) }
    #expect(breaker.admit(9, now: 0) == 9)
    breaker.failed(jitter: 1, now: 0)
    #expect(breaker.state == .open(until: Self.second) && breaker.admit(9, now: Self.second - 1) == 0)
    #expect(breaker.admit(9, now: Self.second) == 1 && breaker.admit(9, now: Self.second) == 0)
    breaker.succeeded()
    #expect(breaker.admit(9, now: Self.second) == 9)
  }

  @Test func `each probe that fails doubles the wait, up to a minute, and half of it is chance`() {
    var breaker = Breaker()
    var now: Int64 = 0
    for _ in 0..<5 { breaker.failed(jitter: 1, now: now) }
    for seconds: Int64 in [1, 2, 4, 8, 16, 32, 60, 60] {
      #expect(breaker.state == .open(until: now + seconds * Self.second))
      now += seconds * Self.second
      #expect(breaker.admit(1, now: now) == 1)
      breaker.failed(jitter: 1, now: now)
    }
    var other = Breaker()
    for _ in 0..<5 { other.failed(jitter: 0, now: 0) }
    #expect(other.state == .open(until: Self.second / 2))
  }

  @Test func `what the provider asks for is waited, and late failures of the same outage change nothing`() {
    var breaker = Breaker()
    breaker.failed(retryAfter: 30 * Self.second, jitter: 0, now: 0)
    #expect(breaker.state == .open(until: 30 * Self.second))
    for _ in 0..<100 { breaker.failed(jitter: 1, now: Self.second) }
    #expect(breaker.state == .open(until: 30 * Self.second))
    breaker.failed(retryAfter: 40 * Self.second, jitter: 0, now: Self.second)
    #expect(breaker.state == .open(until: 41 * Self.second))
    #expect(breaker.admit(1, now: 41 * Self.second) == 1)
    breaker.unused(now: 41 * Self.second)
    #expect(breaker.admit(1, now: 41 * Self.second) == 1)
  }

  @Test func `answers to calls from before do not shorten what the provider asked for`() {
    var breaker = Breaker()
    breaker.failed(retryAfter: 30 * Self.second, jitter: 0, now: 0)
    breaker.succeeded()
    #expect(breaker.state == .open(until: 30 * Self.second) && breaker.admit(9, now: Self.second) == 0)
    #expect(breaker.admit(9, now: 30 * Self.second) == 1)
    breaker.succeeded()
    #expect(breaker.state == .closed)
    // What it did not ask for ends with the first answer.
    for _ in 0..<5 { breaker.failed(jitter: 1, now: 0) }
    breaker.failed(retryAfter: 9 * Self.second, jitter: 1, now: 0)
    breaker.succeeded()
    #expect(breaker.state == .open(until: 9 * Self.second))
    #expect(breaker.admit(1, now: 9 * Self.second) == 1)
    breaker.failed(jitter: 1, now: 9 * Self.second)
    breaker.succeeded()
    #expect(breaker.state == .closed)
  }

  @Test func `a rest of our own ends with any answer, unless the provider has asked for one as well`() {
    var breaker = Breaker()
    breaker.failed(retryAfter: 30_000_000_000, isAsked: false, jitter: 1, now: 0)
    #expect(breaker.opensAt == 30_000_000_000)
    breaker.succeeded()
    #expect(breaker.state == .closed)
    breaker.failed(retryAfter: 30_000_000_000, isAsked: false, jitter: 1, now: 0)
    breaker.failed(retryAfter: 40_000_000_000, jitter: 1, now: 0)
    breaker.failed(retryAfter: 50_000_000_000, isAsked: false, jitter: 1, now: 0)
    breaker.succeeded()
    #expect(breaker.opensAt == 50_000_000_000)
  }

  @Test func `a wrong key opens it at once`() {
    var breaker = Breaker()
    breaker.failed(opens: true, jitter: 1, now: 0)
    #expect(breaker.admit(1, now: 0) == 0)
  }
}
