/// How a site on one machine is to be.
public struct SiteSettings: Sendable {
  /// Where it is kept; nil for a temporary directory.
  public var data: String?
  /// Somebody's PostgreSQL, Redis and Kafka; nil for private ones.
  public var dsn: String?
  public var redis: String?
  public var bootstrapServers: String?
  /// Where the private broker listens; nil for a free port of this machine.
  public var listen: String?
  /// The folder with `outbox` and `notification`.
  public var migrations = "migrations"
  /// Keys that are set for all roles, as `router.lanes=1`.
  public var overrides: [String] = []
  /// What the roles say, on the terminal as well.
  public var isVerbose = false
  /// Sample people; 0 is none.
  public var people = 3_000
  /// Whether a demo runs on it, in place of a person.
  public var isDemo = false

  public init() {}
}
