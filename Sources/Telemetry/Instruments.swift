import Synchronization

/// Only grows.
public final class Counter: Sendable {
  private let value = Atomic<UInt64>(0)
  init() {}

  /// `count` is 0 or more.
  public func increment(by count: Int = 1) { value.wrappingAdd(UInt64(count), ordering: .relaxed) }
  public var current: UInt64 { value.load(ordering: .relaxed) }
}

/// Goes up and down.
public final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(0)
  init() {}

  public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
  public func set(_ value: Int) { set(Double(value)) }
  public var current: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// Counts durations by upper bound, in seconds.
public final class Histogram: Sendable {
  /// 0.5 ms to a minute.
  public static let latencyBounds = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]

  let bounds: [Double]
  private let boundsMicroseconds: [Int64]
  private let counts: [Counter]
  private let sum = Counter()

  init(bounds: [Double]) {
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "a histogram's bounds grow")
    self.bounds = bounds
    boundsMicroseconds = bounds.map { Int64($0 * 1_000_000) }
    counts = (0...bounds.count).map { _ in Counter() }
  }

  /// Counts one duration. A negative one, as of a clock that was set back, counts as 0.
  public func observe(microseconds: Int64) {
    var place = 0
    while place < boundsMicroseconds.count, microseconds > boundsMicroseconds[place] { place += 1 }
    counts[place].increment()
    sum.increment(by: Int(max(microseconds, 0)))
  }

  /// Takes over what somebody else has counted.
  /// - Parameters:
  ///   - more: further observations by bound, those above the last bound last.
  ///   - microseconds: their sum.
  public func add(_ more: [UInt64], microseconds: UInt64) {
    precondition(more.count == counts.count, "one number for each bound and one above them")
    for (counter, count) in zip(counts, more) { counter.increment(by: Int(count)) }
    sum.increment(by: Int(microseconds))
  }

  /// Observations up to each bound, then all of them; and their sum in seconds.
  var snapshot: (cumulative: [UInt64], sumSeconds: Double) {
    var total: UInt64 = 0
    let cumulative = counts.map { counter in
      total += counter.current
      return total
    }
    return (cumulative, Double(sum.current) / 1_000_000)
  }
}
