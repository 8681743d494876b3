import Audience
import Foundation
import LocalServers
import NotificationModel
import Redis
import TestSupport
import Testing

/// What an operator reads who asks what would become of an event.
@Suite("bongsu explain", .requires(.postgres, .redis)) struct ExplainTests {
  private let database: TestDatabase
  private let directory: TemporaryDirectory

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    try RouterSite.makePeople(3, in: database)
    directory = try TemporaryDirectory(prefix: "bongsu-explain")
    try """
    policy:
      advertising:
        - {country: KR, sender: Shop, optOut: {push: Settings, sms: 080-000-0000, email: Unsubscribe}}
    """.write(toFile: directory.file("bongsu.yaml"), atomically: true, encoding: .utf8)
  }

  private func explain(
    _ event: String, at time: String = "2026-11-25T12:00:00+09:00", flags: [String] = []
  ) throws -> (exit: ChildExit, text: String) {
    try event.write(toFile: directory.file("event.json"), atomically: true, encoding: .utf8)
    let (exit, lines) = try BongsuProcess.run(
      [
        "explain", directory.file("event.json"), "--dsn", database.conninfo, "--at", time, "--config",
        directory.file("bongsu.yaml"),
      ] + flags)
    return (exit, lines.joined(separator: "\n"))
  }

  @Test func `it prints each delivery with its text and where that is from`() throws {
    let (exit, text) = try explain(RouterSite.hello(1))
    #expect(exit.isSuccess)
    #expect(
      text.contains("user 1  push.ios  2  sent by hello, default, version 1\n  title: Hello Kim\n  body: Order A-1"))
    #expect(text.contains("user 1  push.android  3  sent by hello"))
    #expect(text.contains("  sms  ") && text.contains("  email  ") && text.contains("  html: <p>Kim</p>"))
    #expect(!text.contains("example.com") && !text.contains("+8210") && !text.contains("token-"))
  }

  @Test func `it says why something is not sent, and until when something waits`() throws {
    try database.run(
      """
      INSERT INTO notification.preference (user_id, category, channel, enabled) VALUES (1, 'advertising', 'sms', false)
      """)
    let night = try explain(RouterSite.hello(1, category: "advertising"), at: "2026-11-25T22:00:00+09:00")
    #expect(night.exit.isSuccess)
    #expect(night.text.contains("push.ios  2  waits until 2026-11-25T23:00:00.000Z: NIGHT"))
    #expect(night.text.contains("not sent: OPTED_OUT"))
    #expect(night.text.contains("subject: (광고) Order A-1"))
    let day = try explain(RouterSite.hello(1, category: "advertising"))
    #expect(day.text.contains("not after 2026-11-25T12:00:00.000Z") && day.text.contains("title: (광고) Hello Kim"))
  }

  @Test func `the rate limiter is asked where it is known, and counts nothing`() throws {
    let prefix = uniqueName("explain") + ":"
    let flags = [
      "--redis", try SharedServers.redis.address, "--set", "router.redisPrefix=\(prefix)", "--set",
      "policy.rateLimits.0.channel=sms", "--set", "policy.rateLimits.0.limit=1", "--set", "policy.rateLimits.0.per=1h",
    ]
    let event = RouterSite.hello(1, category: "service")
    for _ in 0..<3 { #expect(try !explain(event, flags: flags).text.contains("not sent")) }
    let limiter = RateLimiter(try RedisConnection(SharedServers.redis.redisSettings), prefix: prefix)
    let scope = RateScope("sms/*", [RateWindow(limit: 1, period: .seconds(3_600))])
    let counted = limiter.decide([RateRequest(eventID: "e", userID: "1", channel: "sms", scopes: [scope])])
    #expect(counted.decisions == [.allowed])
    let full = try explain(event, flags: flags)
    #expect(full.text.contains("not sent: RATE_LIMITED") && full.text.contains("user 1  push.ios  2  sent by hello"))
    // Nobody said where it is.
    #expect(try !explain(event, flags: Array(flags.dropFirst(2))).text.contains("RATE_LIMITED"))
    let away = try explain(event, flags: ["--redis", "127.0.0.1:\(ClosedPort().number)"] + flags.dropFirst(2))
    #expect(away.exit.isSuccess && away.text.contains("note: the rate limiter could not be asked"))
    #expect(!away.text.contains("not sent"))
  }

  @Test func `a user that nobody knows is named by its place among the recipients`() throws {
    let (exit, text) = try explain(RouterSite.hello(77))
    #expect(exit.isSuccess && text.contains("to[0]  dead letter, tried again") && text.contains("UNKNOWN_USER"))
  }

  @Test(arguments: [
    ("{", "INVALID_JSON"),
    (#"{"to": [{"user": 1}], "category": "transactional", "template": "none"}"#, "UNKNOWN_TEMPLATE"),
    (#"{"to": [{"email": "kim"}], "category": "transactional", "template": "hello"}"#, "INVALID_ADDRESS"),
  ])
  func `what would be a dead letter ends with 1 and its code`(event: String, code: String) throws {
    let (exit, text) = try explain(event)
    #expect(exit == .code(1) && text.contains("dead letter: \(code): "), "\(text)")
  }

  @Test func `a file that is not there and a time that is none are usage errors`() throws {
    let missing = try BongsuProcess.run(["explain", "/nowhere.json", "--dsn", database.conninfo])
    #expect(missing.exit == .code(2) && missing.lines.joined().contains("/nowhere.json cannot be read"))
    let time = try explain(RouterSite.hello(1), at: "noon")
    #expect(time.exit == .code(2) && time.text.contains("--at takes a time such as"))
    let database = try BongsuProcess.run(["explain", directory.file("event.json")])
    #expect(database.exit == .code(2) && database.lines.joined().contains("--dsn"))
  }
}
