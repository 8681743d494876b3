import Runtime
import Testing

@testable import Redis

@Suite("Redis' settings, commands and errors")
struct RedisCoreTests {
  @Test func `a command goes out in parts with their lengths in bytes`() throws {
    var commands = CommandBytes()
    try commands.append(["SET", "봉수", .bytes([0, 13, 10])])
    #expect(commands.bytes == Array("*3\r\n$3\r\nSET\r\n$6\r\n봉수\r\n$3\r\n\0\r\n\r\n".utf8))
    #expect(throws: RedisError.self) { try commands.append([]) }
  }

  @Test(arguments: [
    ("127.0.0.1:6379", RedisSettings.Address.tcp(host: "127.0.0.1", port: 6379)),
    ("[::1]:1", .tcp(host: "::1", port: 1)), ("cache:65535", .tcp(host: "cache", port: 65535)),
    ("/run/redis.sock", .unix(path: "/run/redis.sock")), ("unix:/r", .unix(path: "/r")),
  ])
  func `an address is a host with a port or a path`(text: String, address: RedisSettings.Address) throws {
    #expect(try RedisSettings(address: text).address == address)
  }

  @Test(arguments: ["", "cache", "cache:", ":7777", "cache:0", "cache:65536", "::1:6379", "redis://cache:1", "unix:r"])
  func `what is no address is refused without being repeated`(text: String) {
    let error = #expect(throws: RedisError.self) { try RedisSettings(address: text) }
    #expect(error?.code == .configuration)
    #expect(text.isEmpty || error?.description.contains(text) == false)
  }

  @Test func `a server elsewhere needs the word of the operator`() throws {
    for host in ["10.0.0.1", "cache", "127.0.0.1.example", "127.0.0", "::2"] {
      var settings = RedisSettings(.tcp(host: host, port: 1))
      let error = #expect(throws: RedisError.self) { try RedisConnection(settings) }
      #expect(error?.description.contains("redis.allowPlaintext") == true)
      #expect(error?.description.contains(host + ":") == false)
      settings.allowPlaintext = true
      _ = try RedisConnection(settings)
    }
    for host in ["127.0.0.1", "127.9.9.9", "localhost", "::1"] {
      _ = try RedisConnection(RedisSettings(.tcp(host: host, port: 1)))
    }
  }

  @Test func `settings that cannot work are refused`() throws {
    var zero = RedisSettings(.unix(path: "/s"))
    zero.password = "a\0b"
    var hasty = RedisSettings(.unix(path: "/s"))
    hasty.commandTimeout = .zero
    let long = RedisSettings(.unix(path: "/" + String(repeating: "s", count: 107)))
    for settings in [zero, hasty, long] {
      #expect(throws: RedisError.self) { try RedisConnection(settings) }
    }
  }

  @Test func `neither settings nor their dump show the password`() {
    var settings = RedisSettings(.tcp(host: "127.0.0.1", port: 1))
    settings.password = "hidden"
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(!"\(settings)\(dumped)".contains("hidden"))
  }

  @Test(arguments: [
    ("ERR unknown command 'GTE', with args beginning with: 'secret' ", "Redis refused: ERR unknown command "),
    (
      "WRONGTYPE Operation against a key holding the wrong kind of value",
      "Redis refused: WRONGTYPE Operation against a key holding the wrong kind of value"
    ),
    (
      "MOVED 3999 10.0.0.1:6381",
      "Redis refused: MOVED (it is a cluster, which is not supported: name a single server)"
    ),
    (
      "NOPERM this user has no permissions to access one of the keys used as arguments",
      "Redis refused: NOPERM this user has no permissions to access one of the keys used as arguments"
    ),
    ("secret text of a script", "Redis refused: an unnamed error"), ("", "Redis refused: an unnamed error"),
    ("BUSYKEY Target key name secret already exists.", "Redis refused: BUSYKEY"),
  ])
  func `a refusal is told without what Redis quotes of the command`(text: String, shown: String) {
    #expect(RedisError(serverText: text).description == shown)
  }

  @Test func `what comes right by itself is tried again, and what needs a person stops`() {
    for text in ["OOM command not allowed", "LOADING x", "BUSY x", "READONLY x", "MISCONF x"] {
      #expect(RedisError(serverText: text).disposition == .retry(after: nil))
    }
    #expect(RedisError(serverText: "WRONGPASS x").disposition == .retry(after: .seconds(10)))
    for text in ["ERR x", "NOPERM x", "WRONGTYPE x", "MOVED 1 x"] {
      guard case .stop = RedisError(serverText: text).disposition else {
        Issue.record("\(text) does not stop")
        continue
      }
    }
  }
}
