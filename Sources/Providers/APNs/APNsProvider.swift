import Foundation
import HTTPTransfer
import NotificationModel
import Synchronization
public import Worker

/// Apple's push service over HTTP/2.
public final class APNsProvider: Provider {
  public let name = "apns"
  /// The second one has the same `apns-id` and takes the first one's place on the screen.
  public let resendsAmbiguous = true
  private let settings: APNsSettings
  private let tokens: APNsTokens
  private let flights: Flights
  private let client: HTTPClient

  private struct Flight {
    let tag: UInt64
    let registeredAt: UnixTime?
    let bearer: String
    let report: @Sendable ([SendReport]) -> Void
  }

  /// What is on its way, by the transfer's tag.
  private final class Flights: Sendable {
    let state = Mutex<(next: UInt64, all: [UInt64: Flight], doubt: TokenDoubt)>((1, [:], TokenDoubt()))
    let refused: @Sendable (String) -> Void

    init(refused: @escaping @Sendable (String) -> Void) { self.refused = refused }
  }

  /// - Parameter shared: tokens that all workers use; nil: this process its own.
  /// - Throws: a key that cannot be used, or what libcurl does not take.
  public init(_ settings: APNsSettings, shared: SharedTokens? = nil) throws {
    let tokens = try APNsTokens(settings, shared: shared)
    let flights = Flights { tokens.refuse($0, now: Self.now()) }
    (self.settings, self.tokens, self.flights) = (settings, tokens, flights)
    client = try HTTPClient(settings.client) { Self.take($0, flights) }
  }

  public func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    guard let bearer = tokens.current(now: Self.now()) else {
      let wait = SendFailure(.providerBusy, code: "TOKEN_IS_MADE", retryAfter: .seconds(1))
      return report(requests.map { SendReport(tag: $0.tag, .failed(wait)) })
    }
    var refused: [SendReport] = []
    var sendable: [HTTPRequest] = []
    for request in requests {
      do throws(SendFailure) {
        var message = try APNsMessage.request(request, settings, bearer: bearer)
        message.tag = add(request, bearer, report)
        sendable.append(message)
      } catch {
        refused.append(SendReport(tag: request.tag, .failed(error)))
      }
    }
    if !refused.isEmpty { report(refused) }
    client.submit(sendable)
  }

  public func stop(within time: Duration) { client.stop(within: time) }

  private static func now() -> UnixTime { UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

  private func add(
    _ request: SendRequest, _ bearer: String, _ report: @escaping @Sendable ([SendReport]) -> Void
  ) -> UInt64 {
    var registeredAt: UnixTime?
    if case .device(let device) = request.delivery.address { registeredAt = device.registeredAt }
    let flight = Flight(tag: request.tag, registeredAt: registeredAt, bearer: bearer, report: report)
    return flights.state.withLock { state in
      defer { state.next += 1 }
      state.all[state.next] = flight
      return state.next
    }
  }

  /// On the client's thread: one call for each batch's caller.
  private static func take(_ outcomes: [HTTPOutcome], _ flights: Flights) {
    var reports: [SendReport] = []
    var report: (@Sendable ([SendReport]) -> Void)?
    var refused: Set<String> = []
    flights.state.withLock { state in
      for outcome in outcomes {
        guard let flight = state.all.removeValue(forKey: outcome.tag) else { continue }
        let answer = APNsAnswer(outcome.result, registeredAt: flight.registeredAt)
        if answer.needsToken { refused.insert(flight.bearer) }
        reports.append(SendReport(tag: flight.tag, judged(answer.result, &state.doubt)))
        report = flight.report
      }
    }
    for bearer in refused { flights.refused(bearer) }
    report?(reports)
  }

  /// A bad token is the token's fault only while most are good.
  private static func judged(_ result: SendResult, _ doubt: inout TokenDoubt) -> SendResult {
    switch result {
    case .sent: doubt.note(isBad: false)
    case .failed(let failure) where failure.code == "BadDeviceToken":
      doubt.note(isBad: true)
      if doubt.isDoubtful { return .failed(SendFailure(.providerRefuses, code: "BadDeviceTokens")) }
    case .failed: break
    }
    return result
  }
}
