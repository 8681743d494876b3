import HTTPTransfer
import Runtime
import Synchronization
import TestSupport

/// What a client has delivered.
final class Outcomes: Sendable {
  private let all = Mutex<[HTTPOutcome]>([])
  private let arrived = WakeSignal()

  func add(_ outcomes: [HTTPOutcome]) {
    all.withLock { $0 += outcomes }
    arrived.signal()
  }

  var count: Int { all.withLock(\.count) }

  /// Waits until there are so many, and a moment of the test's patience at most.
  func take(_ count: Int, within seconds: Int32 = 30) throws -> [HTTPOutcome] {
    let deadline = SystemTime.monotonicNanoseconds() + Int64(seconds) * 1_000_000_000
    while true {
      let outcomes = all.withLock { $0 }
      if outcomes.count >= count { return outcomes.sorted { $0.tag < $1.tag } }
      let left = (deadline - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0 else { throw NeverHappened(description: "\(outcomes.count) of \(count) outcomes came") }
      _ = Poll.wait([arrived.fileDescriptor], timeoutMilliseconds: Int32(left))
      arrived.clear()
    }
  }
}

extension HTTPClient {
  /// Sends them all and returns what came of them, by tag.
  static func run(_ requests: [HTTPRequest], _ change: (inout HTTPClientSettings) -> Void = { _ in }) throws
    -> [HTTPOutcome]
  {
    let outcomes = Outcomes()
    let client = try client(outcomes, change)
    defer { client.stop(within: .zero) }
    client.submit(requests)
    return try outcomes.take(requests.count)
  }

  static func client(_ outcomes: Outcomes, _ change: (inout HTTPClientSettings) -> Void = { _ in }) throws -> HTTPClient
  {
    var settings = HTTPClientSettings()
    settings.allowsLocalPlaintext = true
    change(&settings)
    return try HTTPClient(settings) { outcomes.add($0) }
  }
}

extension HTTPOutcome {
  var response: HTTPResponse? { try? result.get() }
  var error: HTTPTransferError? { if case .failure(let error) = result { error } else { nil } }
}
