public import NotificationModel

/// What a batch of events needs to know.
public struct AudienceRequest: Sendable {
  public var users: Set<Int64> = []
  /// Of recipients that are written in events, for suppressions; those of users are looked for anyway.
  public var addresses: Set<SuppressibleAddress> = []
  /// Keys of templates.
  public var templates: Set<String> = []

  public init(
    users: Set<Int64> = [], addresses: Set<SuppressibleAddress> = [], templates: Set<String> = []
  ) {
    self.users = users
    self.addresses = addresses
    self.templates = templates
  }
}

/// What is known of it, as PostgreSQL had it when the batch was loaded.
public struct AudienceBatch: Sendable {
  /// Those that there are. One that is missing may be one that replication has not brought yet.
  public internal(set) var users: [Int64: AudienceUser] = [:]
  /// Of the users that chose anything.
  public internal(set) var settings: [Int64: UserSettings] = [:]
  /// Of the users' addresses and devices and of those asked for. It may hold some that are over: compare `until`.
  public internal(set) var suppressions: [SuppressibleAddress: AddressSuppression] = [:]
  /// The active ones of each key that there is, in no order; none for a key that has none in use.
  public internal(set) var templates: [String: VersionedTemplates] = [:]
  public internal(set) var categories: [String: NotificationCategory] = [:]
}

/// The active templates of a key.
public struct VersionedTemplates: Sendable, Equatable, Codable {
  /// Another one after any change: what was compiled of them is good as long as it is the same.
  public let version: Int64
  public let definitions: [TemplateDefinition]
}

/// How often each way was taken, since the loader was made.
public struct AudienceCounts: Sendable, Equatable {
  /// Users and templates that this process still had.
  public var local = 0
  /// Those that came from Redis.
  public var cached = 0
  /// Those that had to be read from PostgreSQL.
  public var read = 0
  /// Users and keys of templates that there are not: the settings' query tells, and nothing else is asked for them.
  public var unknown = 0
  /// Round trips to PostgreSQL.
  public var databaseTrips = 0
  /// Round trips to Redis.
  public var cacheTrips = 0
  /// Batches that did without Redis, as it was away, or whose entries it refused, as it was full.
  public var cacheFailures = 0

  public init() {}

  public func adding(_ other: Self) -> Self {
    var sum = self
    for count in [
      \Self.local, \.cached, \.read, \.unknown, \.databaseTrips, \.cacheTrips, \.cacheFailures,
    ] as [WritableKeyPath<Self, Int>] { sum[keyPath: count] += other[keyPath: count] }
    return sum
  }
}
