import Testing

@testable import Kafka

/// Time in milliseconds from some moment on.
@Suite struct BatchPaceTests {
  private var pace = BatchPace()

  private static func nanoseconds(_ milliseconds: Int64) -> Int64 { 1_000_000_000_000 + milliseconds * 1_000_000 }

  private mutating func isRipe(_ count: Int, at milliseconds: Int64, linger: Duration = .milliseconds(20)) -> Bool {
    pace.isRipe(count, linger: linger, enough: 4, now: Self.nanoseconds(milliseconds))
  }

  @Test mutating func `after quiet times the first record rests for the longest time`() {
    #expect(!isRipe(0, at: 0))
    #expect(pace.restsUntil == nil)
    #expect(!isRipe(1, at: 5))
    #expect(pace.restsUntil == Self.nanoseconds(25))
    #expect(!isRipe(2, at: 24))
    #expect(isRipe(2, at: 25))
  }

  @Test mutating func `enough records do not rest`() {
    #expect(isRipe(4, at: 0))
    #expect(isRipe(500, at: 1))
  }

  @Test mutating func `a rest begins with the batch before`() {
    #expect(isRipe(4, at: 0))
    #expect(!isRipe(1, at: 3))
    #expect(pace.restsUntil == Self.nanoseconds(20))
    #expect(isRipe(1, at: 20))
  }

  @Test mutating func `a rest becomes as long as enough take to come`() {
    for turn in 0...20 as ClosedRange<Int64> { #expect(isRipe(8, at: turn * 10)) }
    // Eight in 10 ms are four in 5.
    let rest = pace.restsUntil.map { $0 - Self.nanoseconds(200) } ?? 0
    #expect(rest > 4_900_000 && rest < 5_200_000)
    #expect(!isRipe(3, at: 204))
    #expect(isRipe(3, at: 206))
  }

  @Test mutating func `a rest in which nothing came is over until something comes`() {
    #expect(isRipe(4, at: 0))
    #expect(!isRipe(0, at: 19))
    #expect(pace.restsUntil != nil)
    #expect(!isRipe(0, at: 20))
    #expect(pace.restsUntil == nil)
    #expect(!isRipe(1, at: 500))
    #expect(pace.restsUntil == Self.nanoseconds(520))
  }

  @Test mutating func `what may not linger is taken at once`() {
    #expect(isRipe(1, at: 0, linger: .zero))
    #expect(isRipe(1, at: 0, linger: .zero))
    #expect(!isRipe(0, at: 1, linger: .zero))
    #expect(isRipe(1, at: 1, linger: .zero))
  }
}
