import Foundation
import HTTPTransfer
import Kafka
import LocalServers
import NotificationModel
import ProviderSimulators
import Providers
import Telemetry
import TestSupport
import Testing

@testable import Worker

/// With a broker, a receiver of webhooks over HTTPS and a mail server.
@Suite("The ops channel", .requires(.broker)) struct OpsRoleTests {
  private static let secret = Array("a secret of 24 bytes or more".utf8)
  private let prefix = uniqueName("ops") + "."
  private let broker: any LocalBroker
  private let hooks: WebhookSimulator
  private let registry = MetricsRegistry()

  init() throws {
    broker = try SharedServers.broker
    hooks = try WebhookSimulator(secret: Self.secret)
    try broker.makeTopic(prefix + "alerts", partitions: 2, configuration: [:])
  }

  private func settings(_ change: (inout OpsSettings) -> Void = { _ in }) -> OpsSettings {
    var settings = OpsSettings(kafka: broker.kafkaSettings)
    (settings.group, settings.topicPrefix) = (prefix + "ops", prefix)
    (settings.window, settings.quiet, settings.messagesPerMinute) = (.milliseconds(50), .zero, 600)
    settings.webhook = hook("/webhook", secret: Self.secret)
    change(&settings)
    return settings
  }

  private func hook(_ path: String, secret: [UInt8]? = nil) -> OpsHook {
    var hook = OpsHook(url: hooks.url + path, secret: secret)
    (hook.allowsPrivate, hook.authorityFile) = (true, hooks.authorityFile)
    return hook
  }

  private func start(_ settings: OpsSettings, mail: (any Provider)? = nil) throws -> OpsRole {
    let role = try OpsRole(
      settings, mail: mail, registry: registry, logger: Logger(label: "test", level: .critical))
    role.start()
    return role
  }

  private func produce(_ alerts: [Alert]) throws {
    try produce(alerts.map { ($0.group, Array(try JSONEncoder().encode($0))) })
  }

  private func produce(_ records: [(String, [UInt8])]) throws {
    let producer = try Producer(broker.kafkaSettings)
    let topic = try producer.topic(prefix + "alerts")
    for (key, value) in records {
      var headers = RecordHeaders()
      headers.add("schema", Array(Alert.schema.utf8).span.bytes)
      try producer.produce(
        topic, key: Array(key.utf8).span.bytes, value: value.span.bytes, headers: &headers, token: 0)
    }
    guard producer.flush(timeoutMilliseconds: 30_000) else { throw NeverHappened(description: "records arrive") }
  }

  private func committed() throws -> Int64 {
    let consumer = try Consumer(broker.kafkaSettings, group: prefix + "ops")
    let places = (0..<Int32(2)).map { TopicPartition(prefix + "alerts", $0) }
    return try consumer.committed(places, timeoutMilliseconds: 10_000).values.reduce(0) { $0 + max(0, $1) }
  }

  /// References that a receiver has taken.
  private func told(_ calls: [WebhookCall]) -> [String] {
    calls.filter(\.isAccepted).flatMap { call -> [String] in
      let json = try? JSONSerialization.jsonObject(with: Data(call.body)) as? [String: Any]
      let groups = (json?["data"] as? [String: Any])?["groups"] as? [[String: Any]] ?? []
      return groups.flatMap { $0["references"] as? [String] ?? [] }
    }
  }

  private func alert(_ number: Int, group: String? = nil) -> Alert {
    OpsGroupingTests.alert(group ?? "g\(number)", references: ["r\(number)"])
  }

  @Test func `a webhook, Slack and a mailbox are told of each group once`() throws {
    let mails = try SMTPSimulator()
    var client = SMTPClientSettings(host: "localhost", port: mails.port)
    client.credentials = SMTPCredentials(user: SMTPSimulator.user, password: SMTPSimulator.password)
    client.authorityFile = mails.authorityFile
    let provider = try SMTPProvider(SMTPSettings(client: client, email: EmailSettings(from: "ops@example.com")))
    let role = try start(
      settings {
        $0.slack = hook("/slack")
        $0.mail = ["oncall@example.org"]
        $0.window = .milliseconds(500)
      }, mail: provider)
    defer { try? role.stop(within: .seconds(5)) }
    try produce([alert(1, group: "same"), alert(2, group: "same"), alert(3)])
    try eventually("all is told and committed") { try committed() == 3 }
    let calls = hooks.received
    #expect(calls.filter { $0.path == "/webhook" }.allSatisfy(\.isAccepted) && Set(told(calls)) == ["r1", "r2", "r3"])
    let slack = calls.filter { $0.path == "/slack" }
    #expect(slack.count == calls.count - slack.count && slack.allSatisfy(\.isAccepted))
    #expect(mails.received.count == slack.count && mails.received.allSatisfy { $0.to == ["oncall@example.org"] })
    #expect(mails.received.allSatisfy { $0.header("Subject")?.hasPrefix("[bongsu] warning: Parked") == true })
  }

  @Test func `what fails is tried again with the same id, and what always fails is given up and alerts of nothing`()
    throws
  {
    hooks.misbehave(.refuse(status: 503, reason: ""), .next(1))
    let role = try start(settings { $0.attempts = 2 })
    defer { try? role.stop(within: .seconds(5)) }
    try produce([alert(1)])
    try eventually("it is told") { try committed() == 1 }
    #expect(hooks.received.map(\.status) == [503, 204] && Set(hooks.received.map(\.id)).count == 1)
    hooks.misbehave(.refuse(status: 500, reason: ""), .all)
    try produce([alert(2)])
    try eventually("it is given up") { try committed() == 2 }
    #expect(hooks.received.map(\.status) == [503, 204, 500, 500])
    let page = registry.render()
    #expect(page.contains(#"bongsu_ops_given_up_total{sink="webhook"} 1"#), "\(page)")
    #expect(try TopicReader(broker.bootstrapServers, topic: prefix + "alerts").records().count == 2)
  }

  @Test func `a record that is no alert is passed over, and stops nothing`() throws {
    let role = try start(settings())
    defer { try? role.stop(within: .seconds(5)) }
    try produce([("k", Array("{".utf8)), ("k", Array("{}".utf8))])
    try produce([alert(1)])
    try eventually("all is committed") { try committed() == 3 }
    #expect(told(hooks.received) == ["r1"] && hooks.received.count == 1)
  }

  @Test func `what was not told before a stop is told by the next, and what was is not told again`() throws {
    hooks.misbehave(.refuse(status: 503, reason: "", retryAfter: 300), .all)
    let first = try start(settings())
    try produce([alert(1), alert(2)])
    try eventually("both were tried") { hooks.received.count == 2 }
    try first.stop(within: .seconds(5))
    #expect(try committed() == 0)
    hooks.behave()
    let second = try start(settings())
    try eventually("both are told") { try committed() == 2 }
    try second.stop(within: .seconds(5))
    try produce([alert(3)])
    let third = try start(settings())
    defer { try? third.stop(within: .seconds(5)) }
    try eventually("the last is told") { try committed() == 3 }
    #expect(told(hooks.received).sorted() == ["r1", "r2", "r3"])
    #expect(Set(hooks.received.map(\.id)).count == 3, "a repeated message has its id again")
  }

  @Test func `a group that was told stays quiet over a restart, and no restart makes room for more messages`() throws {
    let quiet = settings {
      $0.quiet = .seconds(3_600)
      $0.messagesPerMinute = 2
    }
    let first = try start(quiet)
    try produce([alert(1, group: "same")])
    try eventually("it is told") { try committed() == 1 }
    try first.stop(within: .seconds(5))
    let second = try start(quiet)
    try produce([alert(2, group: "same"), alert(3), alert(4), alert(5)])
    try eventually("one more message is sent") { hooks.received.count == 2 }
    try second.stop(within: .seconds(5))
    #expect(hooks.received.count == 2 && !told(hooks.received).contains("r2"))
    let third = try start(settings())
    defer { try? third.stop(within: .seconds(5)) }
    try eventually("all is told") { try committed() == 5 }
    #expect(told(hooks.received).sorted() == ["r1", "r2", "r3", "r4", "r5"])
  }

  @Test func `a webhook of this machine's own network is not called unless that is allowed`() throws {
    let role = try start(settings { $0.webhook?.allowsPrivate = false })
    defer { try? role.stop(within: .seconds(5)) }
    try produce([alert(1)])
    try eventually("it is given up") { try committed() == 1 }
    #expect(hooks.received.isEmpty)
  }
}
