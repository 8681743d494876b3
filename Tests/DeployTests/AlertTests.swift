import LocalServers
import Telemetry
import TestSupport
import Testing

@testable import Relay

@Suite("The alert rules")
struct AlertTests {
  private static let folder = "deploy/prometheus"

  private func alerts() throws -> AlertRules { AlertRules(try DeployFile.text("\(Self.folder)/alerts.yaml")) }

  /// What a relay shows to Prometheus.
  private func page() -> String {
    let registry = MetricsRegistry()
    _ = RelayMetrics(registry, source: "shop")
    _ = WatchMetrics(registry, source: "shop")
    return registry.render()
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
    let (alerts, page) = (try alerts(), page())
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
