import LocalServers
import Synchronization

/// The PostgreSQL and the Redis of a site: somebody's, or private ones that go with this process.
public final class SiteServers: Sendable {
  private let directory: SiteDirectory
  private let given: (dsn: String?, redis: String?)
  private let servers = Mutex<(postgres: PostgresServer?, redis: RedisServer?)>((nil, nil))

  public init(_ directory: SiteDirectory, dsn: String?, redis: String?) {
    self.directory = directory
    given = (dsn, redis)
  }

  public var isOwnDatabase: Bool { given.dsn == nil }

  /// Known once `startPostgres` has returned.
  public var dsn: String { given.dsn ?? servers.withLock { $0.postgres?.conninfo() ?? "" } }
  /// Known once `startRedis` has returned.
  public var redis: String { given.redis ?? servers.withLock { $0.redis?.address ?? "" } }

  public func startPostgres() throws {
    guard given.dsn == nil else { return }
    // What is kept is kept through a loss of power, too.
    let settings = directory.isKept ? ["fsync": "on"] : [:]
    let made = try PostgresServer(
      settings: settings, kept: directory.file("postgres"), port: try directory.port("postgres"))
    servers.withLock { $0.postgres = made }
  }

  public func stopPostgres() throws { try servers.withLock { $0.postgres }?.stop() }

  public func startRedis() throws {
    guard given.redis == nil else { return }
    let made = try RedisServer(kept: directory.file("redis"), port: try directory.port("redis"))
    servers.withLock { $0.redis = made }
  }

  public func stopRedis() { servers.withLock { $0.redis }?.stop() }
}
