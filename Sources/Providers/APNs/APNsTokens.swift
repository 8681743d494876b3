import Foundation
import NotificationModel
import Signing
import Synchronization
import Worker

/// The provider token, made at most once in twenty minutes and at least once in fifty, as Apple counts both.
final class APNsTokens: Sendable {
  private let settings: APNsSettings
  private let key: PrivateKey
  private let shared: SharedTokens?
  private let held = Mutex<SharedTokens.Token?>(nil)

  static let renewal: Int64 = 50 * 60_000
  /// Younger ones are not replaced, whatever APNs says of them.
  static let floor: Int64 = 20 * 60_000

  private struct Claims: Encodable {
    let iss: String
    let iat: Int64
  }

  /// - Parameter shared: so that all workers use one, as Apple counts tokens by team; nil: this process its own.
  /// - Throws: `badKey` where the key is none that signs ES256.
  init(_ settings: APNsSettings, shared: SharedTokens?) throws {
    key = try PrivateKey(pem: settings.key)
    guard key.kind == .p256 else { throw SendFailure(.providerRefuses, code: "KEY_IS_NOT_P256") }
    (self.settings, self.shared) = (settings, shared)
  }

  /// The token to use; nil while another worker makes one.
  func current(now: UnixTime) -> String? {
    held.withLock { held in
      if let held, now.milliseconds - held.madeAt.milliseconds < Self.renewal { return held.text }
      held = renewed(held, now: now, after: Self.renewal)
      return held?.text
    }
  }

  /// APNs does not take this one any more.
  func refuse(_ text: String, now: UnixTime) {
    held.withLock { held in
      guard let known = held, known.text == text, now.milliseconds - known.madeAt.milliseconds >= Self.floor else {
        return
      }
      held = renewed(nil, now: now, after: Self.floor)
    }
  }

  private func renewed(_ held: SharedTokens.Token?, now: UnixTime, after age: Int64) -> SharedTokens.Token? {
    guard let shared else { return made(now: now) ?? held }
    return shared.token("apns:\(settings.teamID):\(settings.keyID)", youngerThan: age, now: now) { made(now: now) }
      ?? held
  }

  private func made(now: UnixTime) -> SharedTokens.Token? {
    let claims = Claims(iss: settings.teamID, iat: now.milliseconds / 1_000)
    return (try? JSONWebToken.sign(claims, key: key, keyID: settings.keyID)).map {
      SharedTokens.Token(text: $0, madeAt: now)
    }
  }
}
