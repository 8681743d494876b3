import Foundation
public import NotificationModel
public import Redis
import Signing
import Synchronization

/// Access tokens that all workers share through Redis, since providers count how many are made. They are sealed there:
/// who can read Redis cannot use them. Any thread may ask; it then waits for Redis, at most its time-outs.
public final class SharedTokens: Sendable {
  public struct Token: Sendable, Equatable, Codable {
    public let text: String
    public let madeAt: UnixTime

    public init(text: String, madeAt: UnixTime) { (self.text, self.madeAt) = (text, madeAt) }
  }

  private let redis: Mutex<RedisConnection>
  private let seal: Seal
  private let prefix: String

  /// How long one has to make a token before another may.
  private static let making = 10_000
  /// No token of any provider lives longer.
  private static let lifetime = 3_600_000

  /// - Parameters:
  ///   - secret: the same of all workers, and hard to guess.
  ///   - prefix: before all keys.
  public init(_ settings: RedisSettings, secret: String, prefix: String = "bongsu:") throws(RedisError) {
    redis = Mutex(try RedisConnection(settings))
    seal = Seal(secret: secret)
    self.prefix = prefix
  }

  /// The one that there is, or a new one by whoever asks first.
  /// - Parameters:
  ///   - name: of the account, such as `apns:TEAM:KEY`.
  ///   - age: in milliseconds; an older one is not good enough.
  /// - Returns: nil while another makes one. Without Redis each process makes its own.
  public func token(
    _ name: String, youngerThan age: Int64, now: UnixTime, make: () -> Token?
  ) -> Token? {
    redis.withLock { redis in
      do {
        if let known = try read(name, redis), now.milliseconds - known.madeAt.milliseconds < age { return known }
        let lock = try redis.run(
          "SET", "\(prefix)token-lock:\(name)", "1", "NX", "PX", .text(String(Self.making)))
        guard lock != .null else { return nil }
        guard let made = make() else { return nil }
        try write(made, name, redis)
        return made
      } catch {
        return make()
      }
    }
  }

  private func read(_ name: String, _ redis: RedisConnection) throws -> Token? {
    guard case .bytes(let sealed) = try redis.run("GET", "\(prefix)token:\(name)"),
      let text = try? seal.open(sealed, context: name)
    else { return nil }
    return try? JSONDecoder().decode(Token.self, from: Data(text))
  }

  private func write(_ token: Token, _ name: String, _ redis: RedisConnection) throws {
    let sealed = try seal.seal(Array(try JSONEncoder().encode(token)), context: name)
    try redis.run(
      "SET", "\(prefix)token:\(name)", .bytes(sealed), "PX", .text(String(Self.lifetime)))
  }
}
