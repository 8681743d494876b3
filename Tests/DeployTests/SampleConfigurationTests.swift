import Administration
import Configuration
import EmbeddedBroker
import LocalServers
import Operations
import Postgres
import Providers
import Receipts
import Recorder
import Redis
import Redrive
import Relay
import Router
import TestSupport
import Testing
import Worker

@testable import bongsu

@Suite("The sample configuration")
struct SampleConfigurationTests {
  private static let path = DeployFile.path("deploy/bongsu.yaml")

  private func sample() throws -> SampleConfiguration { SampleConfiguration(try DeployFile.text("deploy/bongsu.yaml")) }

  /// What is wrong with a text, and the sources that it makes.
  private func read(_ given: String) throws -> (problems: [ConfigurationProblem], sources: [SourceSettings]) {
    // Its directory has no default, and the sample needs none.
    let text = given.replacing("  #data: /var", with: "  data: /var")
    let root = ConfigurationReader(file: try ConfigurationFile(text: text, name: "bongsu.yaml"))
    _ = OperationsSettings(root)
    _ = TopicSection(root: root)
    _ = RedisSettings(root: root)
    _ = ConnectionSettings(section: root.section("notification"))
    let relay = RelaySettings(root: root)
    _ = BrokerSettings(root: root)
    RouterSettings.check(root: root)
    RedriveSettings.check(root: root)
    WorkerSettings.check(root: root)
    OpsSettings.check(root: root)
    ProviderSettings.check(root: root)
    ReceiptSettings.check(root: root)
    RecorderSettings.check(root: root)
    SweeperSettings.check(root: root)
    do {
      try root.finish()
      return ([], relay?.sources ?? [])
    } catch {
      return (error.problems, [])
    }
  }

  /// Every key that has a default, with it.
  private func defaults() throws -> [String: String] {
    let needed = ["relay.dsn=host=a", "kafka.bootstrapServers=a:1", "broker.data=d"]
    let root = ConfigurationReader(overrides: try needed.map { try ConfigurationOverride(assignment: $0) })
    _ = OperationsSettings(root)
    _ = RelaySettings(root: root)
    _ = TopicSection(root: root)
    _ = BrokerSettings(root: root)
    _ = RedisSettings(root: root)
    RouterSettings.check(root: root)
    RedriveSettings.check(root: root)
    WorkerSettings.check(root: root)
    OpsSettings.check(root: root)
    ProviderSettings.check(root: root)
    ReceiptSettings.check(root: root)
    RecorderSettings.check(root: root)
    SweeperSettings.check(root: root)
    let standard = root.entries().filter { $0.origin == .standard }
    return Dictionary(standard.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  @Test func `bongsu config check finds nothing wrong with it`() throws {
    let (exit, lines) = try BongsuProcess.run(["config", "check", "--config", Self.path])
    #expect(exit.isSuccess && lines.contains("ok"), "\(lines)")
  }

  @Test func `it names every key that config show prints`() throws {
    let named = Set(try sample().entries.map(\.key))
    let (exit, lines) = try BongsuProcess.run(["config", "show", "--config", Self.path, "--set", "broker.data=d"])
    let shown = lines.compactMap { $0.firstMatch(of: #/^([A-Za-z.]+): /#).map { String($0.1) } }
    #expect(exit.isSuccess && shown.count > 20, "\(lines)")
    #expect(Set(shown).subtracting(named) == [])
    #expect(Set(try defaults().keys).subtracting(named) == [])
  }

  @Test func `each key that it names may be set as it stands there`() throws {
    let sample = try sample()
    let commented = sample.entries.filter { $0.isCommented && $0.key != "relay.sources" }
    #expect(commented.count > 20)
    for entry in commented {
      // Its files are not here, and some keys are alternatives.
      let problems = try read(sample.setting(entry)).problems.filter { $0.code != .unreadable && $0.code != .conflict }
      #expect(problems == [], "\(entry.key)")
    }
  }

  @Test func `a value behind a # is the default, where it is not called an example`() throws {
    let defaults = try defaults()
    for entry in try sample().entries where entry.isCommented && !entry.isExample {
      #expect(defaults[entry.key] == entry.value, "\(entry.key)")
    }
  }

  @Test func `its list of sources takes the place of the single source`() throws {
    let (problems, sources) = try read(try sample().settingSources())
    #expect(problems == [])
    #expect(sources.map(\.name) == ["shop", "bank"] && sources.map(\.slot) == ["bongsu", "bongsu_bank"])
  }
}
