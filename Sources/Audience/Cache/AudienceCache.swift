import Foundation
import NotificationModel
import Redis

/// A user as caches keep it.
struct CachedUser {
  var version: Int64
  var user: AudienceUser
}

/// What routers share in Redis. An entry is only as good as its version, which PostgreSQL tells for every batch; so
/// nobody has to remove one, and a late writer of an old one does no harm.
final class AudienceCache {
  private let redis: RedisConnection
  private let prefix: String
  private let lifetime: Duration
  private var random = SystemRandomNumberGenerator()
  private let decoder = JSONDecoder()
  private let encoder = JSONEncoder()
  /// Written together with the next question, so that filling costs no round trip.
  private var writes: [RedisCommand] = []
  private static let writesLimit = 10_000

  /// - Parameter lifetime: of entries that nobody asks for.
  init(_ redis: RedisConnection, prefix: String, lifetime: Duration) {
    self.redis = redis
    self.prefix = prefix
    self.lifetime = lifetime
  }

  struct Found {
    var users: [Int64: CachedUser] = [:]
    var templates: [String: VersionedTemplates] = [:]
    /// Why an entry was not taken, as by a full Redis.
    var refusal: RedisError?
  }

  /// One round trip.
  func find(users: [Int64], templates: [String]) throws(RedisError) -> Found {
    let keys = users.map(key) + templates.map(key)
    let question = keys.isEmpty ? [] : [RedisCommand([.text("MGET")] + keys.map { .text($0) })]
    let commands = writes + question
    writes = []
    let answers = try redis.pipeline(commands)
    var found = Found()
    for case .error(let error) in answers.prefix(commands.count - question.count) { found.refusal = error }
    guard !keys.isEmpty, let values = try answers.last?.get().elements, values.count == keys.count else { return found }
    for (id, value) in zip(users, values) { found.users[id] = user(value) }
    for (name, value) in zip(templates, values.dropFirst(users.count)) {
      found.templates[name] = decode(VersionedTemplates.self, value)
    }
    return found
  }

  func keep(_ user: CachedUser) { queue(key(user.user.id), user.json) }

  func keep(_ name: String, _ templates: VersionedTemplates) {
    queue(key(name), (try? encoder.encode(templates)).map { [UInt8]($0) })
  }

  /// Writes what waits, for who has no question soon.
  func flush() throws(RedisError) {
    guard !writes.isEmpty, let refusal = try find(users: [], templates: []).refusal else { return }
    throw refusal
  }

  /// The number is that of the entry's form: releases of two forms do not read each other's.
  private func key(_ id: Int64) -> String { "\(prefix)user:1:\(id)" }
  private func key(_ name: String) -> String { "\(prefix)template:1:\(name)" }

  /// - Parameter entry: made only where there is room for it.
  private func queue(_ key: String, _ entry: @autoclosure () -> [UInt8]?) {
    guard writes.count < Self.writesLimit, let bytes = entry() else { return }
    // Entries that were made together do not end together.
    let milliseconds = Int64(lifetime / .milliseconds(1) * Double.random(in: 0.8...1.2, using: &random))
    writes.append(RedisCommand("SET", .text(key), .bytes(bytes), "PX", .text(String(milliseconds))))
  }

  /// By hand: users are most of what is read, and Codable takes ten times as long.
  private func user(_ value: RedisValue) -> CachedUser? {
    guard case .bytes(let bytes) = value, let json = try? JSONParser.parse(bytes) else { return nil }
    return try? CachedUser(json: json)
  }

  /// What cannot be read counts as not there.
  private func decode<Value: Decodable>(_ type: Value.Type, _ value: RedisValue) -> Value? {
    guard case .bytes(let bytes) = value else { return nil }
    return try? decoder.decode(type, from: Data(bytes))
  }
}
