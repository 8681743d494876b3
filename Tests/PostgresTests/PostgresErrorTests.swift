import Runtime
import Testing

@testable import Postgres

@Suite("Errors and SQLSTATE")
struct PostgresErrorTests {
  @Test("a class matches its members and a state only itself")
  func classes() {
    #expect(SQLState.connectionException ~= SQLState(rawValue: "08006"))
    #expect(SQLState.invalidAuthorization ~= SQLState.invalidPassword)
    #expect(!(SQLState.connectionException ~= SQLState.invalidPassword))
    #expect(!(SQLState.unmetPrerequisite ~= SQLState.objectInUse), "a lost slot is not a busy one")
    #expect(!(SQLState.invalidPassword ~= SQLState.invalidAuthorizationSpecification))
    #expect(!(SQLState.connectionException ~= (nil as SQLState?)))
  }

  @Test("a switch over an optional state finds class and state")
  func patterns() {
    func kind(_ state: SQLState?) -> String {
      switch state {
      case .objectInUse: "busy"
      case .connectionException: "connection"
      case nil: "none"
      default: "other"
      }
    }
    #expect(kind(SQLState(rawValue: "55006")) == "busy")
    #expect(kind(SQLState(rawValue: "08P01")) == "connection")
    #expect(kind(nil) == "none")
    #expect(kind(SQLState(rawValue: "55000")) == "other")
  }

  @Test(
    "what may come right by itself is retried",
    arguments: ["08006", "40001", "40P01", "25006", "53300", "55006", "55P03", "57P01", "57P03", "58P01"])
  func retried(state: String) {
    #expect(PostgresError(.server, "x", sqlState: SQLState(rawValue: state)).disposition == .retry(after: nil))
  }

  @Test("a wrong password is tried again slowly", arguments: ["28P01", "28000", "3D000", "XX000"])
  func slow(state: String) {
    let error = PostgresError(.connection, "x", sqlState: SQLState(rawValue: state))
    #expect(error.disposition == .retry(after: .seconds(10)))
  }

  @Test(
    "a missing or lost slot, a wrong statement and a missing right stop",
    arguments: ["42704", "55000", "42601", "42501"])
  func stopped(state: String) {
    let error = PostgresError(.server, "what to do", sqlState: SQLState(rawValue: state))
    #expect(error.disposition == .stop("what to do (SQLSTATE \(state))"))
  }

  @Test("a value that can never be stored is rejected", arguments: ["22P02", "23505", "54000", "P0001"])
  func rejected(state: String) {
    guard case .reject = PostgresError(.server, "x", sqlState: SQLState(rawValue: state)).disposition else {
      return #expect(Bool(false), "it would be tried for ever")
    }
  }

  @Test("a lost connection is retried at once")
  func lost() { #expect(PostgresError(.connection, "gone").disposition == .retry(after: nil)) }

  @Test("what a data error quotes is left out, in any language")
  func quotations() {
    for message in ["wrong uuid: \"secret\"", "ungültig: „secret“", "mal: « secret »", "a 'secret' b", "값 「secret」"] {
      let error = PostgresError(serverMessage: message, sqlState: SQLState(rawValue: "22P02"))
      #expect(!error.description.contains("secret"))
      #expect(error.description.hasSuffix("… (SQLSTATE 22P02)"))
    }
    let other = PostgresError(serverMessage: "relation \"x\" does not exist", sqlState: .undefinedTable)
    #expect(other.message == "relation \"x\" does not exist")
  }
}

@Suite("Failures to connect")
struct ConnectFailureTests {
  @Test(
    "the words of a refusal give its state",
    arguments: [
      ("FATAL:  password authentication failed for user \"a\"", SQLState.invalidPassword),
      ("fe_sendauth: no password supplied", .invalidPassword),
      ("FATAL:  no pg_hba.conf entry for host \"::1\"", .invalidAuthorizationSpecification),
      ("FATAL:  role \"a\" does not exist", .invalidAuthorizationSpecification),
      ("FATAL:  must be superuser or replication role to start walsender", .invalidAuthorizationSpecification),
      ("FATAL:  database \"a\" does not exist", .invalidCatalogName),
      ("FATAL:  sorry, too many clients already", .tooManyConnections),
      ("FATAL:  the database system is starting up", .cannotConnectNow),
    ])
  func states(text: String, state: SQLState) {
    let error = ConnectFailure.error("connection to server at \"127.0.0.1\", port 1 failed: \(text)\n")
    #expect(error.sqlState == state)
    #expect(error.code == .connection)
    guard case .retry = error.disposition else { return #expect(Bool(false), "a person may mend it meanwhile") }
  }

  @Test(
    "what libpq itself refuses is configuration",
    arguments: [
      "invalid sslmode value: \"x\"\n", "invalid port number: \"x\"\n", "definition of service \"x\" not found\n",
      "connection to server at \"a\" failed: root certificate file \"x\" does not exist\nEither provide the file.\n",
    ])
  func configuration(text: String) {
    let error = ConnectFailure.error(text)
    #expect(error.code == .configuration)
    #expect(error.sqlState == nil)
    #expect(!error.message.contains("\n"))
  }
}
