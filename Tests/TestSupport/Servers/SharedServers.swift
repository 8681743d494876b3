public import LocalServers
public import Postgres
public import Redis

/// The servers that all tests of a run share; started when first asked for, ended with the run.
public enum SharedServers {
  private static let startedPostgres = Result { try PostgresServer() }
  private static let startedRedis = Result { try RedisServer() }
  private static let startedBroker = Result { try BrokerChoice.current.start() }
  private static let startedGuardedKafka = Result { try GuardedKafka() }
  private static let startedEncryptedKafka = Result { try EncryptedKafka() }

  public static var postgres: PostgresServer { get throws { try startedPostgres.get() } }
  /// One database for all tests: keys are to be of names that no other test has.
  public static var redis: RedisServer { get throws { try startedRedis.get() } }
  /// Of the run's choice; see `BrokerChoice`.
  public static var broker: any LocalBroker { get throws { try startedBroker.get() } }
  public static var guardedKafka: GuardedKafka { get throws { try startedGuardedKafka.get() } }
  public static var encryptedKafka: EncryptedKafka { get throws { try startedEncryptedKafka.get() } }
}

extension PostgresServer {
  /// For one of its databases; by default the one that is always there.
  public func connectionSettings(database: String = "postgres", password: String? = nil) throws -> ConnectionSettings {
    try ConnectionSettings(conninfo: conninfo(database: database, password: password))
  }

  /// A new, empty database.
  public func newDatabase() throws -> TestDatabase { try TestDatabase(on: self) }
}

extension RedisServer {
  public var redisSettings: RedisSettings { RedisSettings(.tcp(host: "127.0.0.1", port: port)) }
}

/// A name that no other test has.
public func uniqueName(_ prefix: String, separator: String = "-") -> String {
  let digits = String(UInt64.random(in: 0...UInt64.max), radix: 36)
  return prefix + separator + digits
}
