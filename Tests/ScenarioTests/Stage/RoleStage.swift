import LocalServers
import Postgres
import TestSupport
import Testing

/// Plays of all roles but the relay and workers that send, and of all together, one after another, beside the
/// relay's `Scenarios`.
@Suite(.serialized, .requires(.postgres, .redis, .broker), .timeLimit(.minutes(15))) enum RoleScenarios {}

/// Plays of workers, one after another, beside those.
@Suite(.serialized, .requires(.postgres, .redis, .broker), .timeLimit(.minutes(15))) enum WorkerScenarios {}

/// The servers of plays that come one after another, apart from those of other plays.
final class RoleStage: Sendable {
  let postgres: PostgresServer
  let redis: RedisServer
  let broker: any LocalBroker

  private static let roles = Result { try RoleStage() }
  private static let workersOnly = Result { try RoleStage() }
  static var shared: RoleStage { get throws { try roles.get() } }
  static var workers: RoleStage { get throws { try workersOnly.get() } }

  private init() throws {
    postgres = try PostgresServer()
    redis = try RedisServer()
    broker = try BrokerChoice.current.start()
  }

  /// Everything runs again, whatever a play that failed left behind.
  func recover() throws {
    redis.resume()
    postgres.resume()
    if (try? PostgresConnection(postgres.connectionSettings())) == nil { try? postgres.start() }
    broker.resume()
    if !broker.isRunning { try? broker.start() }
  }
}
