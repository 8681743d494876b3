import Postgres

/// What to do about a connection to PostgreSQL that did not come about. Pure.
enum ConnectAdvice {
  static func text(_ error: PostgresError, _ settings: ConnectionSettings) -> String {
    let user = settings.value("user") ?? "relay"
    let database = settings.value("dbname") ?? user
    if error.message.contains("no pg_hba.conf entry") { return entry(error.message, user, database) }
    if error.message.contains("max_wal_senders") {
      return "type ALTER SYSTEM SET max_wal_senders = 20 and restart PostgreSQL, or stop a reader that is not needed"
    }
    if error.message.contains("must be superuser or replication role") { return "type ALTER ROLE \(user) REPLICATION" }
    if let tls = encryption(error.message) { return tls }
    switch error.sqlState {
    case .invalidPassword:
      return "put the password into a password file (~/.pgpass, mode 600: HOST:PORT:\(database):\(user):PASSWORD), "
        + "or set it anew: ALTER ROLE \(user) PASSWORD '...'"
    case .invalidCatalogName: return "name another database with dbname=, or type CREATE DATABASE \(database)"
    case .tooManyConnections: return "raise max_connections, or end connections that are not needed"
    case .cannotConnectNow: return "wait until PostgreSQL has started; its log says how far it is"
    case .invalidAuthorizationSpecification:
      return "type CREATE ROLE \(user) LOGIN REPLICATION PASSWORD '...', and GRANT outbox_relay TO \(user)"
    default: break
    }
    guard error.code == .connection else { return "mend the connection string that --dsn gives" }
    return "check that PostgreSQL runs there and listens to this host (listen_addresses), and that nothing between "
      + "drops the connection"
  }

  private static func encryption(_ message: String) -> String? {
    if message.contains("does not support SSL") {
      return "turn ssl on in postgresql.conf; sslmode=prefer in --dsn connects without it"
    }
    if message.contains("certificate") {
      return "give the certificate that signed the server's as sslrootcert=FILE, and connect by the name that it holds"
    }
    return nil
  }

  /// The line that the server misses. Its message names the host as it sees it.
  static func entry(_ message: String, _ user: String, _ database: String) -> String {
    let host = message.split(separator: "host \"").dropFirst().first?.split(separator: "\"").first.map(String.init)
    let mask = host.map { $0.contains(":") ? "\($0)/128" : $0.contains(".") ? "\($0)/32" : $0 } ?? "ADDRESS/32"
    let kind = message.contains("no encryption") ? "host" : "hostssl"
    let line =
      host == "[local]"
      ? "local \(database) \(user) scram-sha-256" : "\(kind) \(database) \(user) \(mask) scram-sha-256"
    let secure = kind == "host" && host != "[local]" ? "; better hostssl, with sslmode=verify-full in --dsn" : ""
    return "add to pg_hba.conf: \(line)\(secure), then SELECT pg_reload_conf(). "
      + "The keyword replication does not match logical connections; the database's name does"
  }
}
