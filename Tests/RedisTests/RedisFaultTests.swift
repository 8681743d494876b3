import LocalServers
import Runtime
import TestSupport
import Testing

@testable import Redis

@Suite("Redis fails", .requires(.redis))
struct RedisFaultTests {
  @Test func `a killed server is an error that passes, and the connection comes back by itself`() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(server.redisSettings)
    try connection.run("SET", "a", "1")
    server.kill()
    let error = #expect(throws: RedisError.self) { try connection.run("GET", "a") }
    #expect(error?.code == .connection)
    #expect(error?.disposition == .retry(after: nil))
    try server.start()
    try eventually("the connection is back") { try connection.run("GET", "a").number == 1 }
  }

  @Test func `a server that was restarted while nobody looked costs no command`() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(server.redisSettings)
    try connection.run("SET", "a", "1")
    server.stop()
    try server.start()
    #expect(try connection.run("GET", "a").number == 1)
  }

  @Test func `a server that stands still is a time-out, after which no late answer is taken for another`() throws {
    let server = try RedisServer()
    var settings = server.redisSettings
    settings.commandTimeout = .milliseconds(200)
    settings.connectTimeout = .milliseconds(200)
    let connection = try RedisConnection(settings)
    try connection.run("SET", "a", "1")
    server.pause()
    let error = #expect(throws: RedisError.self) { try connection.run("GET", "a") }
    #expect(error?.code == .timeout)
    // At rest it fails at once with the same reason.
    #expect(#expect(throws: RedisError.self) { try connection.run("GET", "a") } == error)
    server.resume()
    try eventually("the connection is back") { try connection.run("ECHO", "new").text == "new" }
  }

  @Test func `a connection cut in the middle of an answer is an error, and nothing is sent twice`() throws {
    let server = try RedisServer()
    let proxy = try FaultProxy(to: server.port)
    let connection = try RedisConnection(RedisSettings(.tcp(host: "127.0.0.1", port: proxy.port)))
    try connection.run("SET", "a", "1")
    proxy.cut(after: 2, .toClient)
    #expect(throws: RedisError.self) { try connection.run("INCR", "a") }
    let direct = try RedisConnection(server.redisSettings)
    try eventually("the connection is back") { try connection.run("PING") == .status("PONG") }
    #expect(try direct.run("GET", "a").number == 2)
  }

  @Test func `a full server refuses what would grow and says what to do`() throws {
    let server = try RedisServer(settings: ["--maxmemory", "2mb"])
    let connection = try RedisConnection(server.redisSettings)
    let block = RedisArgument.bytes([UInt8](repeating: 1, count: 100_000))
    let error = #expect(throws: RedisError.self) {
      for number in 0..<100 { try connection.run("SET", "\(number)", block) }
    }
    #expect(error?.redisCode == "OOM")
    #expect(error?.disposition == .retry(after: nil))
    #expect(error?.description.contains("maxmemory") == true)
    #expect(try connection.run("PING") == .status("PONG"))
  }

  @Test func `nobody there is an error that names no address`() throws {
    let closed = try ClosedPort()
    let connection = try RedisConnection(RedisSettings(.tcp(host: "127.0.0.1", port: closed.number)))
    let error = #expect(throws: RedisError.self) { try connection.run("PING") }
    #expect(error?.code == .connection)
    #expect(error?.description.contains("127.0.0.1") == false)
    let missing = try RedisConnection(RedisSettings(.unix(path: "/nowhere/redis.sock")))
    #expect(#expect(throws: RedisError.self) { try missing.run("PING") }?.code == .connection)
  }

  @Test func `a server that asks for a password says so`() throws {
    let server = try RedisServer(settings: ["--requirepass", "right"])
    let connection = try RedisConnection(server.redisSettings)
    let error = #expect(throws: RedisError.self) { try connection.run("PING") }
    #expect(error?.redisCode == "NOAUTH")
    var settings = server.redisSettings
    settings.password = "right"
    #expect(try RedisConnection(settings).run("PING") == .status("PONG"))
  }
}

/// What no Redis would say.
@Suite("Hostile answers")
struct HostileReplyTests {
  private func answer(_ text: String, greets: Bool = true, closes: Bool = false) throws -> Result<
    RedisValue, RedisError
  > {
    let server = try FakeRedis(text, greets: greets, closes: closes)
    var settings = RedisSettings(.tcp(host: "127.0.0.1", port: server.port))
    settings.commandTimeout = .milliseconds(300)
    settings.connectTimeout = .milliseconds(300)
    let connection = try RedisConnection(settings)
    return Result { () throws(RedisError) in try connection.run("GET", "a") }
  }

  private func code(_ result: Result<RedisValue, RedisError>) -> RedisError.Code? {
    if case .failure(let error) = result { error.code } else { nil }
  }

  @Test(arguments: [
    "HTTP/1.1 400 Bad Request\r\n\r\n", "$-2\r\n", "$99999999999999999999\r\n", "*-7\r\n", ":not a number\r\n",
    "*4194305\r\n", "*2147483647\r\n", "*9223372036854775807\r\n", "\u{0}\u{0}\u{0}\r\n",
  ])
  func `what is no answer is told apart from one`(text: String) throws {
    #expect(code(try answer(text)) == .unexpectedAnswer)
  }

  @Test func `arrays in arrays are bounded in depth and, together, in number`() throws {
    #expect(code(try answer(String(repeating: "*1\r\n", count: 10_000))) == .unexpectedAnswer)
    #expect(code(try answer("*3\r\n" + String(repeating: "*2000000\r\n", count: 3))) == .unexpectedAnswer)
  }

  @Test func `half an answer is a time-out, and one cut off a lost connection`() throws {
    #expect(code(try answer("$100\r\nabc")) == .timeout)
    #expect(code(try answer("$100\r\nabc", closes: true)) == .connection)
    #expect(code(try answer("", greets: false)) == .timeout)
    #expect(code(try answer("", greets: false, closes: true)) == .connection)
  }

  @Test func `more answers than were asked for are never taken for those of the next command`() throws {
    let server = try FakeRedis("$1\r\na\r\n$1\r\nb\r\n")
    let connection = try RedisConnection(RedisSettings(.tcp(host: "127.0.0.1", port: server.port)))
    #expect(try connection.run("GET", "a").text == "a")
    // The next command gets a connection of its own, where the fake begins anew.
    #expect(try connection.run("GET", "a").text == "a")
  }
}
