import Runtime
import Testing

@testable import Postgres

@Suite("Connection settings")
struct ConnectionSettingsTests {
  @Test("both forms of a connection string are read")
  func forms() throws {
    let pairs = try ConnectionSettings(conninfo: "host=db port=6432 dbname='my db' user=bo password='it\\'s'")
    #expect(pairs.value("dbname") == "my db")
    #expect(pairs.value("password") == "it's")
    let uri = try ConnectionSettings(
      conninfo: "postgresql://bo:p%40ss%2Fword@db:6432,[::1]:5432/orders?sslmode=verify-full&application_name=a@b")
    #expect(uri.value("password") == "p@ss/word")
    #expect(uri.value("host") == "db,::1")
    #expect(uri.value("port") == "6432,5432")
    #expect(uri.value("sslmode") == "verify-full")
    #expect(uri.value("application_name") == "a@b")
    #expect(try ConnectionSettings(conninfo: "postgres://[fe80::a]/x").value("host") == "fe80::a")
  }

  @Test("what is not given has a default, and what is given stays")
  func defaults() throws {
    let settings = try ConnectionSettings(conninfo: "connect_timeout=3")
    #expect(settings.value("connect_timeout") == "3")
    #expect(settings.value("tcp_user_timeout") == "30000")
    #expect(settings.value("keepalives_idle") == "10")
    #expect(settings.value("host") == nil)
    #expect(settings.setting("host", "a").value("host") == "a")
    #expect(settings.value("host") == nil, "settings are values")
  }

  @Test("a password is in no description, reflection or dump")
  func description() throws {
    let settings = try ConnectionSettings(conninfo: "host=db port=1 user=bo dbname=d password=hunter2")
      .setting("sslpassword", "hunter2")
    var dumped = ""
    dump(settings, to: &dumped)
    for text in ["\(settings)", String(reflecting: settings), dumped] { #expect(!text.contains("hunter2")) }
    #expect("\(settings)" == "host=db port=1 dbname=d user=bo")
  }

  @Test(
    "a string that cannot be read is an error that does not repeat it",
    arguments: [
      "hunter2", "password=hunter2 host", "password=my hunter2 host=db", "nosuchoption=hunter2",
      "postgresql://bo:hunter2@db:port/x", "postgresql://bo:pa@hunter2@db/x", "postgres://bo:pa/hunter2@db/x",
      "postgresql://bo:hunter2/x@db/y", "postgresql://bo:1/hunter2@db", "postgresql://bo:a?hunter2@db/x",
      "host=a\u{0}hunter2",
    ])
  func unreadable(text: String) throws {
    let error = #expect(throws: PostgresError.self) { try ConnectionSettings(conninfo: text) }
    #expect(error?.code == .configuration)
    #expect(error?.description.contains("hunter2") == false)
    guard case .stop = try #require(error).disposition else { return #expect(Bool(false), "it cannot come right") }
  }

  @Test("any value survives the way to libpq", arguments: ["", " ", "it's", "\\", "a\\'b", "'", "= host=other", "봉수"])
  func quoting(value: String) throws {
    let settings = try ConnectionSettings(conninfo: "").setting("dbname", value).setting("host", "here")
    let read = try ConnectionSettings(conninfo: settings.conninfo)
    #expect(read.value("dbname") ?? "" == value)
    #expect(read.value("host") == "here")
  }

  @Test("texts travel as UTF-8, whatever was asked for")
  func encoding() throws {
    let settings = try ConnectionSettings(conninfo: "client_encoding=LATIN1")
    #expect(try ConnectionSettings(conninfo: settings.conninfo).value("client_encoding") == "UTF8")
  }

  @Test("a zero byte in a parameter is refused and not cut off")
  func zeroByte() throws {
    let settings = try ConnectionSettings(conninfo: "").setting("dbname", "a\u{0}b")
    let error = #expect(throws: PostgresError.self) { try PostgresConnection(settings) }
    #expect(error?.code == .configuration)
  }
}
