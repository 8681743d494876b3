import Foundation
public import NotificationModel
public import Redis
import Runtime
import Signing
import Synchronization

/// Access tokens that all workers share through Redis, since providers count how many are made. They are sealed there:
/// who can read Redis cannot use them. Any thread may ask; it then waits for Redis, at most its time-outs.
public final class SharedTokens: Sendable {
  public struct Token: Sendable, Equatable, Codable {
    public let text: String
    public let madeAt: UnixTime
    /// Nil where the provider does not say; then an hour.
    public let expiresAt: UnixTime?

    public init(text: String, madeAt: UnixTime, expiresAt: UnixTime? = nil) {
      (self.text, self.madeAt, self.expiresAt) = (text, madeAt, expiresAt)
    }
  }

  private let redis: Mutex<RedisConnection>
  private let seal: Seal
  private let prefix: String

  /// How long one has to make a token before another may: time enough for a call to a provider that is slow.
  private static let making = 30_000
  /// No token of any provider lives longer.
  private static let lifetime: Int64 = 3_600_000

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
  ///   - refused: that one is not good enough, either.
  /// - Returns: nil while another makes one. Without Redis each process makes its own.
  public func token(
    _ name: String, youngerThan age: Int64, unlike refused: String? = nil, now: UnixTime, make: () -> Token?
  ) -> Token? {
    switch claim(name, suits: { now.milliseconds - $0.madeAt.milliseconds < age && $0.text != refused }) {
    case .known(let token): return token
    case .taken: return nil
    case .away: return make()
    case .granted(let lease):
      let made = make()
      end(lease, of: name, with: made)
      return made
    }
  }

  /// As the other, where making takes a call over the network: nobody else's thread waits meanwhile, here or in Redis,
  /// and no thread of the caller's waits for Redis.
  /// - Parameter suits: whether one that is there is good enough.
  /// - Returns: nil while another makes one. Without Redis each process makes its own.
  /// - Throws: what `make` does; then the next one may try at once.
  public func token<Failure: Error>(
    _ name: String, suits: @escaping @Sendable (Token) -> Bool, make: () async throws(Failure) -> Token
  ) async throws(Failure) -> Token? {
    switch await onThread({ [self] in claim(name, suits: suits) }) {
    case .known(let token): return token
    case .taken: return nil
    case .away: return try await make()
    case .granted(let lease):
      do throws(Failure) {
        let made = try await make()
        await onThread { [self] in end(lease, of: name, with: made) }
        return made
      } catch {
        await onThread { [self] in end(lease, of: name, with: nil) }
        throw error
      }
    }
  }

  private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withTaskExecutorPreference(Self.threads) { body() }
  }

  private static let threads = ThreadExecutor(name: "tokens")
}

extension SharedTokens {
  private enum Claim: Sendable {
    case known(Token)
    /// The right to make one, until the lease runs out.
    case granted(lease: String)
    case taken
    /// Redis does not answer.
    case away
  }

  private func claim(_ name: String, suits: (Token) -> Bool) -> Claim {
    redis.withLock { redis in
      do {
        if let known = try read(name, redis), suits(known) { return .known(known) }
        let lease = UUID().uuidString
        let lock = try redis.run("SET", .text(lockKey(name)), .text(lease), "NX", "PX", .text(String(Self.making)))
        guard lock != .null else { return .taken }
        // Another may have ended between the two.
        guard let known = try read(name, redis), suits(known) else { return .granted(lease: lease) }
        try redis.run(RedisCommand(Self.release, keys: [lockKey(name)], arguments: [.text(lease)]))
        return .known(known)
      } catch {
        return .away
      }
    }
  }

  /// What Redis does not take now, the next one makes anew.
  private func end(_ lease: String, of name: String, with made: Token?) {
    redis.withLock { redis in
      if let made { try? write(made, name, redis) }
      _ = try? redis.run(RedisCommand(Self.release, keys: [lockKey(name)], arguments: [.text(lease)]))
    }
  }

  /// Only one's own: a lease that ran out may be another's by now.
  private static let release = RedisScript(
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0")

  private func lockKey(_ name: String) -> String { "\(prefix)token-lock:\(name)" }

  private func read(_ name: String, _ redis: RedisConnection) throws -> Token? {
    guard case .bytes(let sealed) = try redis.run("GET", "\(prefix)token:\(name)"),
      let text = try? seal.open(sealed, context: name)
    else { return nil }
    return try? JSONDecoder().decode(Token.self, from: Data(text))
  }

  private func write(_ token: Token, _ name: String, _ redis: RedisConnection) throws {
    let sealed = try seal.seal(Array(try JSONEncoder().encode(token)), context: name)
    let life = token.expiresAt.map { min(Self.lifetime, $0.milliseconds - token.madeAt.milliseconds) } ?? Self.lifetime
    try redis.run("SET", "\(prefix)token:\(name)", .bytes(sealed), "PX", .text(String(max(1, life))))
  }
}
