import Configuration
import Foundation
import LocalServers
import TestSupport
import Testing

@testable import Development

@Suite("A site's configuration")
struct SiteConfigurationTests {
  private static let configuration: SiteConfiguration = {
    var configuration = SiteConfiguration(redis: "127.0.0.1:6400", bootstrapServers: "127.0.0.1:9100")
    configuration.brokerData = #"/tmp/a "b" \c/broker"#
    configuration.providers = "email:\n  from: noreply@example.com\n  smtp:\n    host: localhost\n    port: 2525\n"
    return configuration
  }()

  @Test func `is what config check takes, and says what was given`() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("bongsu.yaml")
    try Self.configuration.text.write(toFile: path, atomically: true, encoding: .utf8)
    try "host=127.0.0.1 dbname=postgres password=top-secret".write(
      toFile: folder.file("dsn"), atomically: true, encoding: .utf8)
    let check = try BongsuProcess.run(["config", "check", "--config", path])
    #expect(check.exit == .code(0), "\(check.lines)")
    let shown = try BongsuProcess.run(["config", "show", "--config", path]).lines.joined(separator: "\n")
    for words in [
      "kafka.bootstrapServers: 127.0.0.1:9100", "redis.address: 127.0.0.1:6400", #"broker.data: /tmp/a "b" \c/broker"#,
      "email.from: noreply@example.com", "email.smtp.port: 2525", "http.listen: 127.0.0.1:0",
    ] {
      #expect(shown.contains(words), "\(words)")
    }
    #expect(!shown.contains("top-secret") && !Self.configuration.text.contains("password"))
  }

  @Test func `leaves out what somebody else's servers make needless`() {
    let text = SiteConfiguration(redis: "r:1", bootstrapServers: "k:1").text
    #expect(!text.contains("broker:") && !text.contains("email:"))
  }

  @Test func `ports come again where they are free, and are never given twice`() {
    var plan = PortPlan(text: "kafka 9100\nredis 9200\nbroken\nother x\n")
    #expect(plan.ports == ["kafka": 9_100, "redis": 9_200])
    var offers: [UInt16] = [9_200, 9_300].reversed()
    #expect(plan.port("kafka", isFree: { _ in true }, find: { 1 }) == 9_100)
    #expect(plan.port("kafka", isFree: { _ in false }, find: { offers.removeLast() }) == 9_300)
    #expect(PortPlan(text: plan.text) == plan)
  }
}
