import NotificationModel
public import Postgres
public import Redis

/// Loads what a batch of events needs to know, in few round trips whatever its size:
///
/// 1. PostgreSQL: settings and suppressions, always, and with them the versions of users and templates;
/// 2. Redis: what this process has not got in these versions, unless it has everything;
/// 3. PostgreSQL: what Redis has not got either.
///
/// So an opt-out and a changed device alike hold for the batch after their commit, whatever the caches hold. It belongs
/// to one thread, as its connections do.
public final class AudienceLoader {
  private let database: AudienceDatabase
  private let cache: AudienceCache?
  private var users: LocalCache<Int64, CachedUser>
  private var templates = LocalCache<String, VersionedTemplates>(capacity: 2_000)
  public private(set) var counts = AudienceCounts()

  /// - Parameters:
  ///   - redis: nil to do without; may be shared with a `RateLimiter` on the same thread.
  ///   - prefix: of all keys.
  ///   - lifetime: how long Redis keeps what nobody asks for.
  ///   - localUsers: how many users this process keeps, about a kilobyte each.
  public init(
    _ settings: ConnectionSettings, redis: RedisConnection?, prefix: String = "bongsu:",
    lifetime: Duration = .seconds(3600), localUsers: Int = 50_000
  ) {
    database = AudienceDatabase(settings, preparing: AudienceQuery.allCases)
    cache = redis.map { AudienceCache($0, prefix: prefix, lifetime: lifetime) }
    users = LocalCache(capacity: localUsers)
  }

  /// - Throws: when PostgreSQL cannot be asked. Without Redis it goes on and counts.
  public func load(_ request: AudienceRequest) throws(PostgresError) -> AudienceBatch {
    var batch = AudienceBatch()
    var wanted = try loadSettings(request, &batch)
    counts.unknown += request.users.count - wanted.users.count + request.templates.count - wanted.templates.count
    takeLocal(&wanted, &batch)
    takeCached(&wanted, &batch)
    if !wanted.isEmpty { try read(wanted, &batch) }
    return batch
  }

  /// Writes to Redis what waits for the next batch, when there is none for a while.
  public func flush() {
    do throws(RedisError) { try cache?.flush() } catch { counts.cacheFailures += 1 }
  }
}

/// What is still to be found, with the version that it has.
private struct WantedVersions {
  var users: [Int64: Int64] = [:]
  var templates: [String: Int64] = [:]
  var isEmpty: Bool { users.isEmpty && templates.isEmpty }
}

extension AudienceLoader {
  private func loadSettings(
    _ request: AudienceRequest, _ batch: inout AudienceBatch
  ) throws(PostgresError) -> WantedVersions {
    let ids = SQLValue.array(request.users)
    let answers = try ask([
      (.userVersions, [ids]), (.preferences, [ids]), (.consents, [ids]),
      (
        .suppressions,
        [
          ids, .array(request.addresses.map(\.kind.rawValue)), .array(request.addresses.map(\.text)),
        ]
      ),
      (.categories, []),
      (.templateVersions, [.array(request.templates)]),
    ])
    answers[1].addPreferences(to: &batch.settings)
    answers[2].addConsents(to: &batch.settings)
    batch.suppressions = answers[3].suppressions
    batch.categories = answers[4].categories
    return WantedVersions(users: answers[0].versions, templates: answers[5].namedVersions)
  }

  private func takeLocal(_ wanted: inout WantedVersions, _ batch: inout AudienceBatch) {
    for (id, version) in wanted.users {
      guard let known = users.value(id), known.version == version else { continue }
      take(known, &wanted, &batch)
      counts.local += 1
    }
    for (key, version) in wanted.templates {
      guard let known = templates.value(key), known.version == version else { continue }
      take(key, known, &wanted, &batch)
      counts.local += 1
    }
  }

  private func takeCached(_ wanted: inout WantedVersions, _ batch: inout AudienceBatch) {
    guard let cache, !wanted.isEmpty else { return }
    do throws(RedisError) {
      let found = try cache.find(users: Array(wanted.users.keys), templates: Array(wanted.templates.keys))
      counts.cacheTrips += 1
      if found.refusal != nil { counts.cacheFailures += 1 }
      for (id, known) in found.users where known.version == wanted.users[id] {
        users.set(id, known)
        take(known, &wanted, &batch)
        counts.cached += 1
      }
      for (key, known) in found.templates where known.version == wanted.templates[key] {
        templates.set(key, known)
        take(key, known, &wanted, &batch)
        counts.cached += 1
      }
    } catch { counts.cacheFailures += 1 }
  }

  private func read(_ wanted: WantedVersions, _ batch: inout AudienceBatch) throws(PostgresError) {
    let ids = SQLValue.array(wanted.users.keys)
    var questions: [AudienceQuestion] = []
    if !wanted.users.isEmpty { questions += [(.users, [ids]), (.devices, [ids])] }
    if !wanted.templates.isEmpty {
      questions.append((.templates, [.array(wanted.templates.keys)]))
    }
    let answers = try ask(questions)
    if !wanted.users.isEmpty {
      var read = answers[0].users
      answers[1].addDevices(to: &read)
      for (id, user) in read {
        batch.users[id] = user.user
        users.set(id, user)
        cache?.keep(user)
      }
      counts.read += read.count
    }
    guard !wanted.templates.isEmpty, let last = answers.last else { return }
    for (key, found) in last.templates {
      batch.templates[key] = found
      templates.set(key, found)
      cache?.keep(key, found)
      counts.read += 1
    }
  }

  private func take(_ user: CachedUser, _ wanted: inout WantedVersions, _ batch: inout AudienceBatch) {
    batch.users[user.user.id] = user.user
    wanted.users[user.user.id] = nil
  }

  private func take(
    _ key: String, _ found: VersionedTemplates, _ wanted: inout WantedVersions, _ batch: inout AudienceBatch
  ) {
    batch.templates[key] = found
    wanted.templates[key] = nil
  }

  private func ask(_ questions: [AudienceQuestion]) throws(PostgresError) -> [AudienceRows] {
    counts.databaseTrips += 1
    return try database.read(questions).map { AudienceRows(result: $0) }
  }
}
