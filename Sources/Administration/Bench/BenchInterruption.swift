import Runtime

/// SIGINT or SIGTERM came: the run was ended early, and what it had made was removed.
public struct BenchInterrupted: Error, Equatable {
  public let signal: Int32
}

/// Lets a signal end every wait of a run.
struct BenchInterruption {
  let signals: StopSignals

  /// - Throws: `BenchInterrupted` once a signal has come.
  func check() throws(BenchInterrupted) {
    if let signal = signals.take() { throw BenchInterrupted(signal: signal) }
  }

  /// Waits for one of the descriptors, so long at most.
  func wait(_ descriptors: [Int32] = [], milliseconds: Int32) throws(BenchInterrupted) {
    _ = Poll.wait(descriptors + [signals.fileDescriptor], timeoutMilliseconds: milliseconds)
    try check()
  }

  /// Asks again and again, for what gives no signal of its own.
  /// - Throws: `BenchError` with what did not come about in time.
  func wait(for what: String, seconds: Int64 = 30, until isSo: () throws -> Bool) throws {
    let deadline = SystemTime.monotonicNanoseconds() + seconds * 1_000_000_000
    while try !isSo() {
      guard SystemTime.monotonicNanoseconds() < deadline else { throw BenchError("not within \(seconds) s: \(what)") }
      try wait(milliseconds: 20)
    }
  }
}
