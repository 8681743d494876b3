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
  private let calls: HTTPCalls<Call>

  private struct Call {
    let tag: UInt64
    let registeredAt: UnixTime?
    let bearer: String
  }

  /// - Parameter shared: tokens that all workers use; nil: this process its own.
  /// - Throws: a key that cannot be used, or what libcurl does not take.
  public init(_ settings: APNsSettings, shared: SharedTokens? = nil) throws {
    let tokens = try APNsTokens(settings, shared: shared) { _ in ProviderClock.date() }
    let doubt = Mutex(TokenDoubt(words: ["BadDeviceToken"], code: "BadDeviceTokens"))
    (self.settings, self.tokens) = (settings, tokens)
    calls = try HTTPCalls(settings.client) { call, outcome in
      let answer = APNsAnswer(outcome, registeredAt: call.registeredAt)
      if answer.needsToken { tokens.refuse(call.bearer, now: ProviderClock.steady()) }
      return [SendReport(tag: call.tag, doubt.withLock { $0.judged(answer.result) })]
    }
  }

  public func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    guard let bearer = tokens.current(now: ProviderClock.steady()) else {
      let wait = SendFailure(.providerBusy, code: "TOKEN_IS_MADE", retryAfter: .seconds(1), isOwnRest: true)
      return report(requests.map { SendReport(tag: $0.tag, .failed(wait)) })
    }
    calls.send(requests, report: report) { request throws(SendFailure) in
      let message = try APNsMessage.request(request, settings, bearer: bearer)
      let registeredAt = request.delivery.address.device?.registeredAt
      return (message, Call(tag: request.tag, registeredAt: registeredAt, bearer: bearer))
    }
  }

  public func stop(within time: Duration) { calls.stop(within: time) }

  public var load: ProviderLoad? { calls.load }
}
