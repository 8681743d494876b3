import NotificationModel
import Runtime
import Synchronization
import Worker

/// FCM's access token, made in the background, one at a time. Any thread may ask; none waits.
final class FCMTokens: Sendable {
  typealias Clock = @Sendable () -> UnixTime

  private let endpoint: TokenEndpoint
  private let shared: SharedTokens?
  private let name: String
  /// For ages and rests, and for what Google is told.
  private let clock, date: Clock
  private let executor = ThreadExecutor(name: "fcm-token")
  private let state = Mutex(FCMTokenState())

  /// - Parameter shared: so that all workers use one; nil: this process its own.
  init(_ settings: FCMSettings, shared: SharedTokens?, clock: @escaping Clock, date: @escaping Clock) throws {
    endpoint = try TokenEndpoint(settings)
    (self.shared, self.clock, self.date) = (shared, clock, date)
    name = "fcm:\(settings.account.clientEmail):\(settings.account.keyID)"
  }

  /// The token to use, or what becomes of deliveries until there is one.
  func access() -> FCMTokenState.Access {
    let (access, makes) = state.withLock { $0.access(now: clock()) }
    if makes { Task(executorPreference: executor) { [self] in await make() } }
    return access
  }

  /// FCM does not take this one any more.
  /// - Returns: what that means for the delivery if no new one helps.
  func refused(_ text: String) -> SendFailure? { state.withLock { $0.refused(text, now: clock()) } }

  func accepted(_ text: String) { state.withLock { $0.accepted(text) } }

  func stop() { endpoint.stop() }

  private func make() async {
    let result: Result<SharedTokens.Token?, SendFailure>
    do throws(SendFailure) { result = .success(try await renewed()) } catch { result = .failure(error) }
    var random = SystemRandomNumberGenerator()
    state.withLock { $0.made(result, now: clock(), using: &random) }
  }

  private func renewed() async throws(SendFailure) -> SharedTokens.Token? {
    let now = clock()
    guard let shared else { return try await endpoint.token(now: now, date: date()) }
    let suits = state.withLock { $0.suitable(now: now) }
    return try await shared.token(name, suits: suits) { () async throws(SendFailure) in
      try await self.endpoint.token(now: now, date: self.date())
    }
  }
}
