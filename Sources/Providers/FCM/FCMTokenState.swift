import NotificationModel
import Runtime
import Worker

/// Which access token to use, and when to make another; pure. A token is renewed while it still works, so that no
/// delivery waits but for the first one.
struct FCMTokenState {
  typealias Token = SharedTokens.Token

  enum Access: Equatable {
    case token(String)
    case none(SendFailure)
  }

  private var held: Token?
  /// The last attempt's.
  private var failure: SendFailure?
  private var isMaking = false
  private var nextTry = UnixTime(milliseconds: .min)
  private var backoff = Backoff(initial: .seconds(1), limit: .seconds(60))
  /// What FCM does not take, whatever its age.
  private var refusedText: String?
  /// It came in a refused one's place: another refusal is not the token's fault.
  private var isOnTrial = false

  /// The longest that one is used before there is to be another.
  private static let renewal: Int64 = 50 * 60_000
  private static let beforeEnd: Int64 = 5 * 60_000
  /// Not used any more so long before its end: a call may take a while, and clocks differ.
  private static let reserve: Int64 = 10_000
  private static let refusalRest: Int64 = 60_000

  /// - Returns: `makes` once for each token: the caller is to make one and to tell by `made`.
  mutating func access(now: UnixTime) -> (access: Access, makes: Bool) {
    let isFresh = held.map { Self.renewsAt($0) > now } ?? false
    let makes = !isFresh && !isMaking && now >= nextTry
    if makes { isMaking = true }
    if let held, Self.end(held) > now { return (.token(held.text), makes) }
    return (.none(absence(now: now)), makes)
  }

  private func absence(now: UnixTime) -> SendFailure {
    guard let failure else {
      return SendFailure(.providerBusy, code: "TOKEN_IS_MADE", retryAfter: .seconds(1), isOwnRest: true)
    }
    let wait = Duration.milliseconds(max(1_000, isMaking ? 0 : nextTry.milliseconds - now.milliseconds))
    return SendFailure(failure.effect, code: failure.code, retryAfter: wait, isOwnRest: true)
  }

  /// Whether another worker's token may be used in place of a new one.
  func suitable(now: UnixTime) -> @Sendable (Token) -> Bool {
    { [refusedText] token in token.text != refusedText && Self.renewsAt(token) > now }
  }

  /// - Parameter result: nil where another worker makes one.
  mutating func made(
    _ result: Result<Token?, SendFailure>, now: UnixTime, using random: inout some RandomNumberGenerator
  ) {
    isMaking = false
    switch result {
    case .success(let token?):
      (held, failure, nextTry) = (token, nil, now)
      backoff.reset()
    case .success(nil): nextTry = now + 1_000
    case .failure(let reason):
      failure = reason
      nextTry = now + Int64(max(backoff.next(using: &random), reason.retryAfter ?? .zero) / .milliseconds(1))
    }
  }

  /// FCM does not take the token. Once, that is answered by a new one.
  /// - Returns: what that means for the delivery if no new one helps.
  mutating func refused(_ text: String, now: UnixTime) -> SendFailure? {
    guard held?.text == text else { return failure.flatMap { $0.effect == .providerRefuses ? $0 : nil } }
    (held, refusedText) = (nil, text)
    if isOnTrial {
      failure = SendFailure(.providerRefuses, code: "UNAUTHENTICATED")
      nextTry = max(nextTry, now + Self.refusalRest)
    }
    isOnTrial = true
    return failure
  }

  mutating func accepted(_ text: String) {
    if isOnTrial, held?.text == text { isOnTrial = false }
  }

  private static func life(_ token: Token) -> Int64 {
    max(0, (token.expiresAt ?? token.madeAt + 3_600_000).milliseconds - token.madeAt.milliseconds)
  }

  /// Of one that lives for minutes only, half its life.
  private static func renewsAt(_ token: Token) -> UnixTime {
    let life = life(token)
    return token.madeAt + min(renewal, max(life / 2, life - beforeEnd))
  }

  private static func end(_ token: Token) -> UnixTime {
    token.madeAt + (life(token) - min(reserve, life(token) / 10))
  }
}

extension UnixTime {
  fileprivate static func + (time: UnixTime, milliseconds: Int64) -> UnixTime {
    UnixTime(milliseconds: time.milliseconds + milliseconds)
  }
}
