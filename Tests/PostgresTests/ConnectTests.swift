import LocalServers
import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite("Connecting", .requires(.postgres))
struct ConnectTests {
  @Test("nobody listening is retried")
  func refused() throws {
    let closed = try ClosedPort()
    let settings = try ConnectionSettings(conninfo: "host=127.0.0.1 port=\(closed.number) user=a dbname=b")
    let error = #expect(throws: PostgresError.self) { try PostgresConnection(settings) }
    #expect(error?.code == .connection)
    #expect(error?.sqlState == nil)
    #expect(error?.disposition == .retry(after: nil))
    #expect(throws: PostgresError.self) { try ReplicationConnection(settings) }
  }

  @Test("a wrong password is retried slowly and never printed")
  func wrongPassword() throws {
    let settings = try SharedServers.postgres.connectionSettings().setting("password", "hunter2 is wrong")
    let error = #expect(throws: PostgresError.self) { try PostgresConnection(settings) }
    #expect(error?.sqlState == .invalidPassword)
    #expect(error?.disposition == .retry(after: .seconds(10)))
    #expect(String(reflecting: error).contains("hunter2") == false)
  }

  @Test("a missing password says so")
  func noPassword() throws {
    let settings = try SharedServers.postgres.connectionSettings().setting("password", "")
      .setting("passfile", "/dev/null")
    let error = #expect(throws: PostgresError.self) { try PostgresConnection(settings) }
    #expect(error?.sqlState == .invalidPassword)
  }

  @Test("a missing database and a missing right for replication are told apart")
  func authorization() throws {
    let server = try SharedServers.postgres
    let missing = #expect(throws: PostgresError.self) {
      try PostgresConnection(server.connectionSettings(database: "nowhere"))
    }
    #expect(missing?.sqlState == .invalidCatalogName)
    try PostgresConnection(server.connectionSettings()).run(
      script: "CREATE ROLE plain LOGIN PASSWORD '\(server.password)'")
    let plain = try server.connectionSettings().setting("user", "plain")
    #expect(throws: Never.self) { try PostgresConnection(plain) }
    let refused = #expect(throws: PostgresError.self) { try ReplicationConnection(plain) }
    #expect(refused?.sqlState == .invalidAuthorizationSpecification)
  }

  @Test("a setting that libpq refuses stops")
  func configuration() throws {
    let settings = try SharedServers.postgres.connectionSettings()
    for (key, value) in [("sslmode", "sometimes"), ("port", "many"), ("service", "none")] {
      let error = #expect(throws: PostgresError.self) { try PostgresConnection(settings.setting(key, value)) }
      guard case .stop = try #require(error).disposition else { return #expect(Bool(false), "\(key) is configuration") }
    }
  }

  @Test("TLS settings are passed through")
  func encryption() throws {
    let settings = try SharedServers.postgres.connectionSettings()
    let state = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    #expect(try PostgresConnection(settings).execute(state).scalar == "f")
    #expect(try PostgresConnection(settings.setting("sslmode", "require")).execute(state).scalar == "t")
    let verifying = settings.setting("sslmode", "verify-full").setting("sslrootcert", "/nowhere/root.crt")
    let error = #expect(throws: PostgresError.self) { try PostgresConnection(verifying) }
    #expect(error?.code == .configuration)
  }

  @Test("a connection that the server ended is lost, and retriable")
  func terminated() throws {
    let server = try SharedServers.postgres
    let victim = try PostgresConnection(server.connectionSettings())
    let pid = try #require(try victim.execute("SELECT pg_backend_pid()").scalar)
    try PostgresConnection(server.connectionSettings()).execute("SELECT pg_terminate_backend($1, 5000)", [.text(pid)])
    let error = #expect(throws: PostgresError.self) { try victim.execute("SELECT 1") }
    #expect(error?.disposition == .retry(after: nil))
    #expect(!victim.isUsable)
    #expect(throws: PostgresError.self) { try victim.pipeline([("SELECT 1", [])]) }
  }
}
