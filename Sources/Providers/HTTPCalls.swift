import HTTPTransfer
import Worker

/// A provider's calls over HTTP: remembers what each was for until its answer is judged and reported.
final class HTTPCalls<Context: Sendable>: Sendable {
  /// What a call's end means for each delivery in it. On the client's thread: it must not block.
  typealias Judge = @Sendable (Context, Result<HTTPResponse, HTTPTransferError>) -> [SendReport]
  typealias Report = @Sendable ([SendReport]) -> Void

  private let client: HTTPClient
  private let flights = Flights<Flight>()

  private typealias Flight = (context: Context, batch: Batch)

  /// - Throws: what libcurl does not take.
  init(_ settings: HTTPClientSettings, judge: @escaping Judge) throws(HTTPTransferError) {
    client = try HTTPClient(settings) { [flights] in Self.end($0, flights, judge) }
  }

  /// Each call is answered by `report` once, with as many reports as `judge` makes of it; those that end together, together.
  func send(_ calls: [(request: HTTPRequest, context: Context)], report: @escaping Report) {
    let batch = Batch(report)
    client.submit(
      calls.map { call in
        var request = call.request
        request.tag = flights.begin((call.context, batch))
        return request
      })
  }

  /// The same for providers that take one delivery a call. What cannot become a call is reported at once.
  func send(
    _ requests: [SendRequest], report: @escaping Report,
    as call: (SendRequest) throws(SendFailure) -> (request: HTTPRequest, context: Context)
  ) {
    var refused: [SendReport] = []
    var calls: [(request: HTTPRequest, context: Context)] = []
    for request in requests {
      do throws(SendFailure) {
        calls.append(try call(request))
      } catch {
        refused.append(SendReport(tag: request.tag, .failed(error)))
      }
    }
    if !refused.isEmpty { report(refused) }
    send(calls, report: report)
  }

  func stop(within time: Duration) { client.stop(within: time) }

  var load: ProviderLoad {
    let counts = client.counts
    return ProviderLoad(
      queued: counts.queued, connections: counts.connections, connectionsOpened: counts.connectionsOpened)
  }

  private final class Batch: Sendable {
    let report: Report
    init(_ report: @escaping Report) { self.report = report }
  }

  /// One report for each batch of what has ended together.
  private static func end(_ outcomes: [HTTPOutcome], _ flights: Flights<Flight>, _ judge: Judge) {
    var reports: [ObjectIdentifier: (batch: Batch, reports: [SendReport])] = [:]
    for outcome in outcomes {
      guard let flight = flights.end(outcome.tag) else { continue }
      let judged = judge(flight.context, outcome.result)
      reports[ObjectIdentifier(flight.batch), default: (flight.batch, [])].reports += judged
    }
    for (batch, reports) in reports.values { batch.report(reports) }
  }
}
