import Foundation
import NotificationModel
import Signing
import Synchronization
import Worker

/// The provider token, made at most once in twenty minutes and at least once in fifty, as Apple counts both. Ages are
/// counted by a steady clock, and each token bears the machine's date.
final class APNsTokens: Sendable {
  private let settings: APNsSettings
  private let key: PrivateKey
  private let shared: SharedTokens?
  private let date: @Sendable (UnixTime) -> UnixTime
  private let held = Mutex<Held?>(nil)

  private struct Held {
    let token: SharedTokens.Token
    /// How far the machine's date was from the steady clock when it came here, in milliseconds.
    let lead: Int64
  }

  static let renewal: Int64 = 50 * 60_000
  /// Younger ones are not replaced, whatever APNs says of them.
  static let floor: Int64 = 20 * 60_000

  /// The machine's clock was set when the date has moved so far against the steady clock.
  private static let clockSet: Int64 = 60_000

  private struct Claims: Encodable {
    let iss: String
    let iat: Int64
  }

  /// - Parameters:
  ///   - shared: so that all workers use one, as Apple counts tokens by team; nil: this process its own.
  ///   - date: the machine's date at a moment of the steady clock.
  /// - Throws: `badKey` where the key is none that signs ES256.
  init(
    _ settings: APNsSettings, shared: SharedTokens?, date: @escaping @Sendable (UnixTime) -> UnixTime = { $0 }
  ) throws {
    key = try PrivateKey(pem: settings.key)
    guard key.kind == .p256 else { throw SendFailure(.providerRefuses, code: "KEY_IS_NOT_P256") }
    (self.settings, self.shared, self.date) = (settings, shared, date)
  }

  /// The token to use; nil while another worker makes one.
  func current(now: UnixTime) -> String? {
    held.withLock { held in
      if let held, Self.age(held.token, now) < Self.renewal { return held.token.text }
      take(renewed(now: now, after: Self.renewal), &held, now)
      return held?.token.text
    }
  }

  /// APNs does not take this one any more. One whose date was wrong is replaced at once: APNs never took it.
  func refuse(_ text: String, now: UnixTime) {
    held.withLock { held in
      guard let known = held, known.token.text == text else { return }
      let wasClockSet = abs(lead(now) - known.lead) > Self.clockSet
      guard wasClockSet || Self.age(known.token, now) >= Self.floor else { return }
      held = nil
      take(renewed(now: now, after: Self.floor, unlike: text), &held, now)
    }
  }

  private static func age(_ token: SharedTokens.Token, _ now: UnixTime) -> Int64 {
    now.milliseconds - token.madeAt.milliseconds
  }

  private func lead(_ now: UnixTime) -> Int64 { date(now).milliseconds - now.milliseconds }

  private func take(_ token: SharedTokens.Token?, _ held: inout Held?, _ now: UnixTime) {
    if let token { held = Held(token: token, lead: lead(now)) }
  }

  private func renewed(now: UnixTime, after age: Int64, unlike refused: String? = nil) -> SharedTokens.Token? {
    guard let shared else { return made(now: now) }
    let name = "apns:\(settings.teamID):\(settings.keyID)"
    return shared.token(name, youngerThan: age, unlike: refused, now: now) { made(now: now) }
  }

  private func made(now: UnixTime) -> SharedTokens.Token? {
    let claims = Claims(iss: settings.teamID, iat: date(now).milliseconds / 1_000)
    return (try? JSONWebToken.sign(claims, key: key, keyID: settings.keyID)).map {
      SharedTokens.Token(text: $0, madeAt: now)
    }
  }
}
