import Postgres
import TestSupport

/// One database with the outbox's tables for all tests of this module that do not need an empty one.
enum PostgresFixture {
  private static let shared = Result { try make() }

  static func connection() throws -> PostgresConnection { try shared.get().connect() }

  /// A database of the caller's own with empty tables. The roles, which are the whole cluster's, are there by then.
  static func migrated() throws -> TestDatabase {
    _ = try shared.get()
    return try make()
  }

  private static func make() throws -> TestDatabase {
    let database = try SharedServers.postgres.newDatabase()
    try database.migrate()
    return database
  }
}
