import HTTPTransfer
import NotificationModel
import Synchronization
public import Worker

/// Google's push service, FCM HTTP v1.
public final class FCMProvider: Provider {
  public let name = "fcm"
  /// The second one has the same tag and takes the first one's place on the screen.
  public let resendsAmbiguous = true
  private let settings: FCMSettings
  private let tokens: FCMTokens
  private let calls: HTTPCalls<Call>
  private let date: FCMTokens.Clock

  private struct Call {
    let tag: UInt64
    let bearer: String
  }

  /// - Parameter shared: tokens that all workers use; nil: this process its own.
  /// - Throws: what libcurl does not take.
  public convenience init(_ settings: FCMSettings, shared: SharedTokens? = nil) throws {
    try self.init(settings, shared: shared, clock: ProviderClock.steady, date: ProviderClock.date)
  }

  /// - Parameters:
  ///   - clock: by which ages and rests are counted.
  ///   - date: the machine's, which Google is told; nil: the same.
  init(
    _ settings: FCMSettings, shared: SharedTokens?, clock: @escaping FCMTokens.Clock, date: FCMTokens.Clock? = nil
  ) throws {
    let tokens = try FCMTokens(settings, shared: shared, clock: clock, date: date ?? clock)
    // A worker with another project's account would have these of every device.
    let doubt = Mutex(TokenDoubt(words: ["INVALID_ARGUMENT", "SENDER_ID_MISMATCH"], code: "BAD_TOKENS"))
    (self.settings, self.tokens, self.date) = (settings, tokens, date ?? clock)
    do throws(HTTPTransferError) {
      calls = try HTTPCalls(settings.client) { call, outcome in
        let result = Self.result(of: FCMAnswer(outcome), call, tokens)
        return [SendReport(tag: call.tag, doubt.withLock { $0.judged(result) })]
      }
    } catch {
      tokens.stop()
      throw error
    }
  }

  private static func result(of answer: FCMAnswer, _ call: Call, _ tokens: FCMTokens) -> SendResult {
    if answer.refusesToken, let failure = tokens.refused(call.bearer) { return .failed(failure) }
    if case .sent = answer.result { tokens.accepted(call.bearer) }
    return answer.result
  }

  public func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    switch tokens.access() {
    case .token(let bearer):
      calls.send(requests, report: report) { request throws(SendFailure) in
        let message = try FCMMessage.request(request, settings, bearer: bearer, now: date())
        return (message, Call(tag: request.tag, bearer: bearer))
      }
    case .none(let failure): report(requests.map { SendReport(tag: $0.tag, .failed(failure)) })
    }
  }

  public func stop(within time: Duration) {
    calls.stop(within: time)
    tokens.stop()
  }

  /// Without the calls for access tokens, of which there is one at a time.
  public var load: ProviderLoad? { calls.load }
}
