import LocalServers
import Runtime
import TestSupport
import Testing

@testable import Redis

@Suite("A connection to Redis", .requires(.redis))
struct RedisConnectionTests {
  private let connection: RedisConnection
  private let key = uniqueName("key")

  init() throws { connection = try RedisConnection(SharedServers.redis.redisSettings) }

  @Test func `answers come in the order of the commands, refusals in their places`() throws {
    let key = RedisArgument.text(key)
    let answers = try connection.pipeline([
      RedisCommand("SET", key, "1"), RedisCommand("INCR", key), RedisCommand("LPUSH", key, "x"),
      RedisCommand("GET", key), RedisCommand("GET", "\(self.key)-none"), RedisCommand("KEYS", "\(self.key)*"),
    ])
    #expect(answers[0] == .status("OK"))
    #expect(answers[1] == .integer(2))
    #expect(throws: RedisError.self) { try answers[2].get() }
    #expect(answers[3] == .bytes(Array("2".utf8)))
    #expect(answers[4] == .null)
    #expect(answers[5] == .array([.bytes(Array(self.key.utf8))]))
    #expect(try connection.pipeline([]).isEmpty)
  }

  @Test func `bytes of any kind come back as they were`() throws {
    let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
    try connection.run("SET", .text(key), .bytes(bytes))
    #expect(try connection.run("GET", .text(key)) == .bytes(bytes))
    try connection.run("SET", .text(key), "")
    #expect(try connection.run("GET", .text(key)) == .bytes([]))
  }

  @Test func `a pipeline larger than both sides' buffers does not wait for itself`() throws {
    let block = RedisArgument.bytes([UInt8](repeating: 7, count: 1 << 20))
    let answers = try connection.pipeline((0..<40).map { _ in RedisCommand("ECHO", block) })
    #expect(answers.count == 40)
    #expect(answers.allSatisfy { if case .bytes(let bytes) = $0 { bytes.count == 1 << 20 } else { false } })
    let many = try connection.pipeline((0..<50_000).map { RedisCommand("ECHO", .text("\($0)")) })
    #expect(many.map(\.number) == (0..<50_000).map { Int64($0) })
  }

  @Test func `a script travels once, and again when Redis has forgotten it`() throws {
    // No other test may flush the scripts of the server while this one counts.
    let server = try RedisServer()
    let connection = try RedisConnection(server.redisSettings)
    let script = RedisScript("redis.call('INCRBY', KEYS[1], ARGV[1]); return redis.call('GET', KEYS[1])")
    let command = RedisCommand(script, keys: [key], arguments: ["2"])
    let first = try connection.pipeline([command, RedisCommand("GET", .text(key)), command])
    #expect(first.map(\.number) == [2, 2, 4])
    try connection.run("SCRIPT", "FLUSH")
    #expect(try connection.pipeline([command, command]).map(\.number) == [6, 8])
    #expect(try connection.run(command).number == 10)
    let calls = try connection.run("INFO", "commandstats").text ?? ""
    #expect(calls.contains("cmdstat_eval:calls=2,"))
    #expect(calls.contains("cmdstat_script|load:calls=1,"))
  }

  @Test func `a script's refusal is an answer of its own`() throws {
    let script = RedisScript("return redis.error_reply('ERR no')")
    let answers = try connection.pipeline([RedisCommand(script), RedisCommand("PING")])
    #expect(throws: RedisError.self) { try answers[0].get() }
    #expect(answers[1] == .status("PONG"))
  }

  @Test func `a unix socket, a database and a user of the access list`() throws {
    let server = try SharedServers.redis
    let user = uniqueName("user")
    try connection.run("ACL", "SETUSER", .text(user), "on", ">right", "~\(user):*", "+get", "+set", "+select")
    var settings = RedisSettings(.unix(path: server.socketPath))
    settings.user = user
    settings.password = "right"
    settings.database = 3
    let guest = try RedisConnection(settings)
    try guest.run("SET", "\(user):a", "1")
    #expect(try connection.run("GET", "\(user):a") == .null)
    let refused = #expect(throws: RedisError.self) { try guest.run("GET", "other") }
    #expect(refused?.redisCode == "NOPERM")
    settings.password = "wrong"
    let error = #expect(throws: RedisError.self) { try RedisConnection(settings).run("GET", "\(user):a") }
    #expect(error?.redisCode == "WRONGPASS")
    #expect(error?.disposition == .retry(after: .seconds(10)))
    #expect(error?.description.contains("wrong\"") == false)
  }
}
