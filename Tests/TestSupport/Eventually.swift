import Glibc
import Runtime

/// What did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}

/// Waits until `condition` holds, looking again every few milliseconds; for what gives no signal to wait on.
/// - Throws: `NeverHappened` with `what`, and the last error that the condition threw.
public func eventually(
  _ what: String, within limit: Duration = .seconds(30), _ condition: () throws -> Bool
) throws {
  let start = ContinuousClock.now
  var interval: Int32 = 2
  while true {
    let result = Result { try condition() }
    if (try? result.get()) == true { return }
    guard ContinuousClock.now - start < limit else {
      var reason = ""
      if case .failure(let error) = result { reason = ": \(error)" }
      throw NeverHappened(description: "not within \(limit): \(what)\(reason)")
    }
    _ = Poll.wait([], timeoutMilliseconds: interval)
    interval = min(interval * 2, 100)
  }
}

/// Lets a fault last. Only faults have a length; nothing in a test waits for success by this.
public func pass(_ duration: Duration) { _ = Poll.wait([], timeoutMilliseconds: Int32(duration / .milliseconds(1))) }
