import Administration
import EmbeddedBroker
import LocalServers
import NotificationModel
import Operations
import Telemetry
import TestSupport
import Testing

@testable import Receipts
@testable import Recorder
@testable import Redrive
@testable import Relay
@testable import Router
@testable import Worker
@testable import bongsu

@Suite("The alert rules")
struct AlertTests {
  private static let folder = "deploy/prometheus"

  private func alerts() throws -> AlertRules { AlertRules(try DeployFile.text("\(Self.folder)/alerts.yaml")) }

  /// What a relay, a router, a worker, a recorder and a broker show to Prometheus.
  private func page() throws -> String {
    let registry = MetricsRegistry()
    _ = RelayMetrics(registry, source: "shop")
    _ = WatchMetrics(registry, source: "shop")
    routerMetrics(registry)
    workerMetrics(registry)
    redriveMetrics(registry)
    _ = OpsMetrics(registry, sinks: ["mail"])
    recorderMetrics(registry)
    _ = AuditMetrics(registry)
    ProcessMetrics.register(registry, version: "1")
    return try registry.render() + brokerPage()
  }

  /// After one dead letter.
  private func routerMetrics(_ registry: MetricsRegistry) {
    let metrics = RouterMetrics(registry)
    var counts = RoutedCounts()
    counts.deadLetters["INVALID_JSON"] = 1
    metrics.add(counts)
  }

  /// After one failure, and a look at a vendor.
  private func workerMetrics(_ registry: MetricsRegistry) {
    let worker = WorkerMetrics(registry, channel: .sms)
    worker.countFailure("CODE")
    worker.show(ProviderWay(name: "solapi"))
    ReceiptMetrics(registry, vendors: ["solapi"]).countFailure("CODE", of: "solapi")
  }

  /// After one record was parked.
  private func redriveMetrics(_ registry: MetricsRegistry) { RedriveMetrics(registry).countParked("CODE", 1) }

  @Test func `redrive's metrics are all in docs/operations.md`() throws {
    let registry = MetricsRegistry()
    redriveMetrics(registry)
    try expectDocumented(registry.render(), role: "redrive")
  }

  private func recorderMetrics(_ registry: MetricsRegistry) {
    _ = RecorderMetrics(registry)
    _ = SweeperMetrics(registry)
  }

  @Test func `the recorder's metrics and the sweeper's are all in docs/operations.md`() throws {
    let registry = MetricsRegistry()
    recorderMetrics(registry)
    try expectDocumented(registry.render(), role: "recorder")
    try expectDocumented(registry.render(), role: "sweeper", atLeast: 4)
  }

  @Test func `the worker's metrics are all in docs/operations.md`() throws {
    let registry = MetricsRegistry()
    workerMetrics(registry)
    try expectDocumented(registry.render(), role: "worker")
    try expectDocumented(registry.render(), role: "sms_reports", atLeast: 8)
  }

  @Test func `what every process shows is in docs/operations.md`() throws {
    let registry = MetricsRegistry()
    ProcessMetrics.register(registry, version: "1")
    try expectDocumented(registry.render(), role: "log", atLeast: 1)
  }

  @Test func `the audit's metrics are all in docs/operations.md`() throws {
    let registry = MetricsRegistry()
    _ = AuditMetrics(registry)
    try expectDocumented(registry.render(), role: "audit", atLeast: 6)
  }

  @Test func `the router's metrics are all in docs/operations.md`() throws {
    let registry = MetricsRegistry()
    routerMetrics(registry)
    try expectDocumented(registry.render(), role: "router")
  }

  /// Behind the role's name, as the document has them.
  private func expectDocumented(_ page: String, role: String, atLeast: Int = 11) throws {
    let text = try DeployFile.text("docs/operations.md")
    let prefix = "# TYPE bongsu_\(role)"
    let names = page.split(separator: "\n").filter { $0.hasPrefix("\(prefix)_") }
      .map { $0.dropFirst(prefix.count).prefix { $0 != " " } }
    #expect(names.count >= atLeast)
    #expect(names.filter { !text.contains($0) } == [])
  }

  /// With a group that lags, once the broker has looked at itself.
  private func brokerPage() throws -> String {
    let directory = try TemporaryDirectory()
    var settings = BrokerSettings(dataDirectory: directory.file("data"))
    settings.port = 0
    let broker = BrokerServer(settings)
    try broker.start()
    defer { broker.stop() }
    let registry = MetricsRegistry()
    let metrics = BrokerMetrics(broker, registry)
    metrics.refresh()
    metrics.show(lags: [.init(group: "g", topic: "t", partition: 0, lag: 1)])
    return registry.render()
  }

  @Test func `the broker's metrics are all in docs/operations.md`() throws {
    try expectDocumented(brokerPage(), role: "broker")
  }

  @Test(
    .requires(.promtool),
    arguments: [["check", "rules", "alerts.yaml"], ["check", "config", "prometheus.yaml"]])
  func `promtool finds them and the scrape configuration valid`(arguments: [String]) throws {
    let (exit, lines) = try run("promtool", arguments, in: Self.folder)
    #expect(exit.isSuccess, "\(lines.joined(separator: "\n"))")
  }

  @Test(.requires(.promtool)) func `they fire when they should and stay silent when they should`() throws {
    let (exit, lines) = try run("promtool", ["test", "rules", "alerts.test.yaml"], in: Self.folder)
    #expect(exit.isSuccess, "\(lines.joined(separator: "\n"))")
  }

  @Test func `each has a case in which it fires and one in which it is silent`() throws {
    let cases = try DeployFile.text("\(Self.folder)/alerts.test.yaml").split(separator: "  - name: ").dropFirst()
    for rule in try alerts().rules {
      let own = cases.filter { $0.contains("alertname: \(rule.name)\n") }
      #expect(own.contains { $0.contains("exp_alerts: []") }, "\(rule.name)")
      #expect(own.contains { $0.contains("- exp_labels: {severity: ") }, "\(rule.name)")
    }
  }

  @Test func `every metric and every label's value that they name is one of the relay's`() throws {
    let (alerts, page) = (try alerts(), try page())
    let known = Set(page.matches(of: #/# TYPE ([a-z_]+) /#).map { String($0.1) })
    #expect(alerts.metrics.count > 5 && alerts.matchers.count > 5)
    #expect(alerts.metrics.subtracting(known) == [])
    #expect(alerts.matchers.filter { !page.contains($0) } == [])
  }

  @Test func `each says how bad it is, since when, what it is and where to read on`() throws {
    let rules = try alerts().rules
    #expect(rules.count > 10)
    for rule in rules {
      #expect(rule.hasSeverity && rule.has("for") && rule.has("expr") && rule.hasSummary, "\(rule.name)")
      let runbook = try #require(rule.runbook, "\(rule.name) has no runbook")
      let headings = try DeployFile.text(runbook.file).split(separator: "\n").filter { $0.hasPrefix("#") }
      let anchors = headings.map { AlertRules.anchor($0.drop { $0 == "#" || $0 == " " }) }
      #expect(anchors.contains(runbook.anchor), "\(rule.name) points at \(runbook.anchor)")
    }
  }

  @Test func `the scrape job is the one that the rules name`() throws {
    let rule = try #require(try alerts().rules.first { $0.name == "BongsuRelayDown" })
    let job = try #require(rule.text.firstMatch(of: /job="(.+)"/)?.1)
    #expect(try DeployFile.text("\(Self.folder)/prometheus.yaml").contains("- job_name: \(job)\n"))
  }
}
