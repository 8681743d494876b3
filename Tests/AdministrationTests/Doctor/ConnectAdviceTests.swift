import Postgres
import TestSupport
import Testing

@testable import Administration

/// Against a server whose pg_hba.conf and users are wrong in turn.
@Suite("What to do about a connection", .requires(.postgres))
struct ConnectAdviceTests {
  private func advice(_ settings: ConnectionSettings, replication: Bool = false) -> String {
    do {
      if replication { _ = try ReplicationConnection(settings) } else { _ = try PostgresConnection(settings) }
      return "it connected"
    } catch { return ConnectAdvice.text(error, settings) }
  }

  private var settings: ConnectionSettings { get throws { try SharedServers.postgres.connectionSettings() } }

  @Test func `nobody listens`() throws {
    let closed = try ClosedPort()
    #expect(advice(try settings.setting("port", "\(closed.number)")).contains("listen_addresses"))
  }

  @Test func `the password is wrong or missing`() throws {
    let wrong = advice(try settings.setting("password", "hunter2"))
    #expect(wrong.contains("~/.pgpass") && wrong.contains("ALTER ROLE postgres PASSWORD"))
    #expect(!wrong.contains("hunter2"))
    let missing = try settings.setting("password", "").setting("passfile", "/dev/null")
    #expect(advice(missing).contains("~/.pgpass"))
  }

  @Test func `the database or the user is missing`() throws {
    #expect(advice(try settings.setting("dbname", "nowhere")).contains("CREATE DATABASE nowhere"))
  }

  @Test func `the user may not replicate`() throws {
    let name = uniqueName("u", separator: "_")
    try PostgresConnection(settings).run(script: "CREATE ROLE \(name) LOGIN PASSWORD 'secret-of-a-test'")
    let plain = try settings.setting("user", name).setting("password", "secret-of-a-test")
    #expect(advice(plain, replication: true) == "type ALTER ROLE \(name) REPLICATION")
  }

  @Test func `the certificate's authority is not known`() throws {
    let verifying = try settings.setting("sslmode", "verify-full").setting("sslrootcert", "/nowhere/root.crt")
    #expect(advice(verifying).contains("sslrootcert=FILE"))
  }

  @Test(arguments: [
    (
      #"no pg_hba.conf entry for host "10.0.0.7", user "relay", database "shop", SSL encryption"#,
      "hostssl shop relay 10.0.0.7/32 scram-sha-256"
    ),
    (
      #"no pg_hba.conf entry for host "10.0.0.7", user "relay", database "shop", no encryption"#,
      "host shop relay 10.0.0.7/32 scram-sha-256; better hostssl"
    ),
    (
      #"no pg_hba.conf entry for host "fd00::7", user "relay", database "shop", SSL encryption"#,
      "hostssl shop relay fd00::7/128 scram-sha-256"
    ),
    (
      #"no pg_hba.conf entry for host "[local]", user "relay", database "shop", no encryption"#,
      "local shop relay scram-sha-256,"
    ),
  ])
  func `the line that pg_hba.conf misses is written out`(message: String, line: String) {
    #expect(ConnectAdvice.entry(message, "relay", "shop").contains("pg_hba.conf: \(line)"))
  }
}
