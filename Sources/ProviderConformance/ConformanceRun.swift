import NotificationModel
import Runtime
import Synchronization
import Worker

/// A provider under test, and what it has reported.
final class ConformanceRun: Sendable {
  private let provider: any Provider
  private let state = Mutex<[UInt64: [SendResult]]>([:])
  private let changed = WakeSignal()

  init(_ provider: any Provider) { self.provider = provider }

  /// Sends them in several calls, as a worker does.
  func send(_ deliveries: [Delivery], from first: UInt64, inCalls count: Int) -> [SendRequest] {
    let requests = deliveries.enumerated().map { index, delivery in
      SendRequest(tag: first + UInt64(index), delivery: delivery, attempt: 1)
    }
    let size = max(1, (requests.count + count - 1) / count)
    for start in stride(from: 0, to: requests.count, by: size) {
      provider.send(Array(requests[start..<min(start + size, requests.count)])) { [self] in take($0) }
    }
    return requests
  }

  private func take(_ reports: [SendReport]) {
    state.withLock { state in for one in reports { state[one.tag, default: []].append(one.result) } }
    changed.signal()
  }

  func results(_ tag: UInt64) -> [SendResult] { state.withLock { $0[tag] ?? [] } }

  /// Waits for a report of each.
  /// - Returns: those without one.
  func await(_ requests: [SendRequest], within limit: Duration) -> [String] {
    let end = ContinuousClock.now + limit
    func missing() -> [SendRequest] { requests.filter { results($0.tag).isEmpty } }
    while !missing().isEmpty, ContinuousClock.now < end {
      changed.clear()
      if missing().isEmpty { break }
      let left = (end - .now) / .milliseconds(1)
      _ = Poll.wait([changed.fileDescriptor], timeoutMilliseconds: Int32(max(0, min(left, 1_000))))
    }
    return missing().map { "tag \($0.tag) is not reported" }
  }

  /// Those that were reported more than once.
  func repeated() -> [String] {
    state.withLock { $0.filter { $1.count > 1 }.keys.sorted().map { "tag \($0) is reported more than once" } }
  }
}

extension ProviderConformance {
  static func checkName(_ name: String) -> [String] {
    let isWord = (1...32).contains(name.utf8.count) && name.utf8.allSatisfy { (0x61...0x7A).contains($0) }
    return isWord ? [] : ["the name '\(name)' is not of small letters alone"]
  }

  static func checkSent(_ request: SendRequest, _ results: [SendResult]) -> [String] {
    guard let result = results.first else { return [] }
    if case .failed(let failure) = result {
      return ["tag \(request.tag) should be sent, and failed: \(failure.effect)"] + checkCode(failure.code, request)
    }
    return []
  }

  static func checkRefused(_ request: SendRequest, _ results: [SendResult]) -> [String] {
    guard let result = results.first else { return [] }
    guard case .failed(let failure) = result else { return ["tag \(request.tag) cannot be sent, and is told as sent"] }
    switch failure.effect {
    case .permanent, .deadAddress: return checkCode(failure.code, request)
    default: return ["tag \(request.tag) can never be sent, and failed as if it could: \(failure.effect)"]
    }
  }

  static func checkNotSent(_ request: SendRequest, _ results: [SendResult], when: String) -> [String] {
    guard let result = results.first else { return [] }
    guard case .failed(let failure) = result else { return ["tag \(request.tag) is told as sent when \(when)"] }
    switch failure.effect {
    case .providerBusy, .providerThrottles, .providerRefuses: return checkCode(failure.code, request)
    default: return ["tag \(request.tag) was surely not sent when \(when), and failed as \(failure.effect)"]
    }
  }

  /// Codes stand in logs, metrics and headers.
  static func checkCode(_ code: String, _ request: SendRequest) -> [String] {
    let isWord =
      (1...64).contains(code.utf8.count)
      && code.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "_-.".utf8.contains(byte)
      }
    return isWord ? [] : ["the code of tag \(request.tag) is no word of at most 64 letters, digits, _, - and ."]
  }
}
