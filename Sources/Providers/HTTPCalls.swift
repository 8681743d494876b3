import HTTPTransfer
import Synchronization
import Worker

/// A provider's calls over HTTP: remembers what each was for until its answer is judged and reported.
final class HTTPCalls<Context: Sendable>: Sendable {
  /// What a call's end means for each delivery in it. On the client's thread: it must not block.
  typealias Judge = @Sendable (Context, Result<HTTPResponse, HTTPTransferError>) -> [SendReport]
  typealias Report = @Sendable ([SendReport]) -> Void

  private let client: HTTPClient
  private let flights: Flights

  /// - Throws: what libcurl does not take.
  init(_ settings: HTTPClientSettings, judge: @escaping Judge) throws(HTTPTransferError) {
    let flights = Flights(judge)
    self.flights = flights
    client = try HTTPClient(settings) { flights.end($0) }
  }

  /// Each call is answered by `report` once, with as many reports as `judge` makes of it; those that end together, together.
  func send(_ calls: [(request: HTTPRequest, context: Context)], report: @escaping Report) {
    let batch = Batch(report)
    client.submit(flights.begin(calls, batch))
  }

  func stop(within time: Duration) { client.stop(within: time) }

  private final class Batch: Sendable {
    let report: Report
    init(_ report: @escaping Report) { self.report = report }
  }

  private final class Flights: Sendable {
    private let state = Mutex<(next: UInt64, all: [UInt64: (context: Context, batch: Batch)])>((1, [:]))
    private let judge: Judge

    init(_ judge: @escaping Judge) { self.judge = judge }

    func begin(_ calls: [(request: HTTPRequest, context: Context)], _ batch: Batch) -> [HTTPRequest] {
      state.withLock { state in
        calls.map { call in
          var request = call.request
          request.tag = state.next
          state.all[state.next] = (call.context, batch)
          state.next += 1
          return request
        }
      }
    }

    func end(_ outcomes: [HTTPOutcome]) {
      let ended = state.withLock { state in
        outcomes.compactMap { outcome in state.all.removeValue(forKey: outcome.tag).map { ($0, outcome.result) } }
      }
      var reports: [ObjectIdentifier: (batch: Batch, reports: [SendReport])] = [:]
      for (flight, result) in ended {
        let judged = judge(flight.context, result)
        reports[ObjectIdentifier(flight.batch), default: (flight.batch, [])].reports += judged
      }
      for (batch, reports) in reports.values { batch.report(reports) }
    }
  }
}
