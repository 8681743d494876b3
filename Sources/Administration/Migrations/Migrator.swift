public import Postgres

/// Applies migrations and records them in the table `bongsu.migration`. Two at a time wait for each other.
public struct Migrator {
  private let connection: PostgresConnection
  private let schema: String

  /// - Parameter schema: whose migrations they are, as `outbox`.
  public init(_ connection: PostgresConnection, schema: String) {
    self.connection = connection
    self.schema = schema
  }

  /// Applies what is missing, all in one transaction. Applied twice it changes nothing.
  /// - Returns: the names of what was applied.
  public func up(_ migrations: [Migration]) throws -> [String] {
    try connection.transaction { connection in
      try prepare(connection)
      let pending = try MigrationPlan.pending(migrations, applied: try applied(connection))
      for migration in pending {
        try connection.run(script: migration.up)
        try connection.execute(
          "INSERT INTO bongsu.migration (schema, name, digest) VALUES ($1, $2, $3)",
          [.text(schema), .text(migration.name), .text(migration.digest)])
      }
      return pending.map(\.name)
    }
  }

  /// Takes the last applied one back.
  /// - Returns: its name; nil when none was applied.
  public func down(_ migrations: [Migration]) throws -> String? {
    try connection.transaction { connection in
      try prepare(connection)
      let records = try applied(connection)
      _ = try MigrationPlan.pending(migrations, applied: records)
      guard let last = records.last, let migration = migrations.first(where: { $0.name == last.name }) else {
        return nil
      }
      try connection.run(script: migration.down)
      try connection.execute(
        "DELETE FROM bongsu.migration WHERE schema = $1 AND name = $2", [.text(schema), .text(last.name)])
      return last.name
    }
  }

  private func prepare(_ connection: PostgresConnection) throws {
    // Any number will do, as long as every migrator takes the same.
    try connection.execute("SELECT pg_advisory_xact_lock(7305804402583216741)")
    try connection.run(
      script: """
        CREATE SCHEMA IF NOT EXISTS bongsu;
        CREATE TABLE IF NOT EXISTS bongsu.migration (
          schema text NOT NULL, name text NOT NULL, digest text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (schema, name))
        """)
  }

  private func applied(_ connection: PostgresConnection) throws -> [MigrationPlan.Record] {
    let rows = try connection.execute(
      "SELECT name, digest FROM bongsu.migration WHERE schema = $1 ORDER BY name", [.text(schema)])
    return (0..<rows.rowCount).map { MigrationPlan.Record(name: rows[$0, 0] ?? "", digest: rows[$0, 1] ?? "") }
  }
}
