import LocalServers
import Postgres
import TestSupport
import Testing

/// Plays of the roles behind the relay, one after another, beside the relay's `Scenarios`.
@Suite(.serialized, .requires(.postgres, .redis, .broker), .timeLimit(.minutes(15))) enum RoleScenarios {}

/// Their servers, apart from those of the relay's.
final class RoleStage: Sendable {
  let postgres: PostgresServer
  let redis: RedisServer
  let broker: any LocalBroker

  private static let made = Result { try RoleStage() }
  static var shared: RoleStage { get throws { try made.get() } }

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
