import Configuration
import EmbeddedBroker
import Testing

@testable import bongsu

@Suite("The broker's section")
struct BrokerSectionTests {
  private func read(_ text: String) throws -> (settings: BrokerSettings?, problems: [String]) {
    let root = ConfigurationReader(file: try ConfigurationFile(text: text, name: "bongsu.yaml"))
    let settings = BrokerSettings(root: root)
    do {
      try root.finish()
      return (settings, [])
    } catch {
      return (settings, error.problems.map(\.description))
    }
  }

  @Test func `what it says counts, and 0 is no limit`() throws {
    let (settings, problems) = try read(
      """
      broker:
        data: /var/lib/broker
        listen: "[::1]:19092"
        advertised: broker.example:9092
        fsync: os
        retention: 0
        retentionBytes: 1GB
        limits: {memory: 128MB, stall: 5s}
      """)
    #expect(problems == [])
    #expect(settings?.host == "::1" && settings?.port == 19_092)
    #expect(settings?.advertisedHost == "broker.example" && settings?.advertisedPort == 9_092)
    #expect(settings?.sync == .os && settings?.retentionMilliseconds == -1)
    #expect(settings?.retentionBytes == 1 << 30 && settings?.memoryBytesMax == 128 << 20)
    #expect(settings?.stallMilliseconds == 5_000)
  }

  @Test(
    arguments: [
      ("{}", "broker.data"), ("{data: d, listen: nowhere}", "broker.listen"),
      ("{data: d, advertised: host}", "HOST:PORT"), ("{data: d, fsync: never}", "always"),
      ("{data: d, partitions: 0}", "broker.partitions"), ("{data: d, limits: {memory: 1kB}}", "broker.limits.memory"),
      ("{data: d, retain: 1d}", "broker.retain"),
    ])
  func `what it cannot use is named`(section: String, words: String) throws {
    let problems = try read("broker: \(section)").problems
    #expect(problems.count == 1 && problems.first?.contains(words) == true, "\(problems)")
  }
}
