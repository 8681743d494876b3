import HTTPTransfer
import Providers
import Runtime
import Synchronization

/// Calls to vendors on their way, and reports on theirs, for one thread to take. Any thread may add.
final class ReceiptCalls: Sendable {
  struct Ended: Sendable {
    let vendor: String
    let ask: SMSAsk
    let answer: Result<HTTPResponse, HTTPTransferError>
  }

  private struct State: Sendable {
    var next: UInt64 = 1
    var flights: [UInt64: (vendor: String, ask: SMSAsk)] = [:]
    var ended: [Ended] = []
    var reports: [ReceiptReport] = []
  }

  /// Of reports that nobody asked for; more is dropped, as whoever asks hears it as well.
  private static let most = 10_000

  let wake: WakeSignal
  private let state: Mutex<State>
  private let client: HTTPClient

  /// - Throws: what libcurl does not take.
  init(_ settings: HTTPClientSettings, wake: WakeSignal) throws(HTTPTransferError) {
    let box = Box()
    client = try HTTPClient(settings) { outcomes in box.calls.withLock { $0.value }?.end(outcomes) }
    self.wake = wake
    state = Mutex(State())
    box.calls.withLock { $0.value = self }
  }

  /// The client holds its listener, which holds this.
  private final class Box: Sendable {
    struct Held: Sendable { weak var value: ReceiptCalls? }
    let calls = Mutex(Held())
  }

  /// Every call comes back by `takeEnded`.
  func send(_ asks: [(ask: SMSAsk, request: HTTPRequest)], to vendor: String) {
    let requests = state.withLock { state in
      asks.map { ask, request in
        var request = request
        request.tag = state.next
        state.flights[state.next] = (vendor, ask)
        state.next += 1
        return request
      }
    }
    client.submit(requests)
  }

  func add(_ reports: [ReceiptReport]) {
    state.withLock { $0.reports += reports.prefix(Self.most - min(Self.most, $0.reports.count)) }
    wake.signal()
  }

  func takeEnded() -> [Ended] {
    state.withLock { state in
      defer { state.ended = [] }
      return state.ended
    }
  }

  func takeReports() -> [ReceiptReport] {
    state.withLock { state in
      defer { state.reports = [] }
      return state.reports
    }
  }

  /// What is on its way is nobody's any more.
  func forget() {
    state.withLock { state in
      (state.flights, state.ended) = ([:], [])
    }
  }

  func stop(within time: Duration) { client.stop(within: time) }

  private func end(_ outcomes: [HTTPOutcome]) {
    state.withLock { state in
      for outcome in outcomes {
        guard let flight = state.flights.removeValue(forKey: outcome.tag) else { continue }
        state.ended.append(Ended(vendor: flight.vendor, ask: flight.ask, answer: outcome.result))
      }
    }
    wake.signal()
  }
}
