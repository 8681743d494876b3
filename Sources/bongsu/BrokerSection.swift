import Configuration
import EmbeddedBroker
import HTTPServer

extension BrokerSettings {
  /// Reads the section `broker`:
  /// - `data` (text, needed): the directory that holds all.
  /// - `listen` (`HOST:PORT`, 127.0.0.1:9092), `advertised` (`HOST:PORT`; the address listened on).
  /// - `fsync` (always, interval or os; always): when records count as written.
  /// - `createTopics` (true or false; false), `partitions` (number, 1): topics that are asked for and not there.
  /// - `retention` (time, 7d; 0 keeps all), `retentionBytes` (size, 0: no limit), `segmentBytes` (size, 256MB), `messageBytes` (size,
  ///   1MB and its header): for topics that say nothing of it.
  /// - `limits.memory` (size, 64MB), `limits.request` (size, 16MB), `limits.fetch` (size, 8MB), `limits.connections`
  ///   (number, 12000), `limits.idle` (time, 10m), `limits.stall` (time, 30s).
  init?(root: ConfigurationReader) {
    let section = root.section("broker")
    let data = section.string("data")
    if data == nil { section.reportMissing("data", flag: "--data") }
    self.init(dataDirectory: data ?? "")
    let addresses = readAddresses(section)
    sync =
      BrokerSync(rawValue: section.string("fsync", oneOf: BrokerSync.allCases.map(\.rawValue), default: "always"))
      ?? .always
    createsTopics = section.bool("createTopics", default: createsTopics)
    defaultPartitions = section.int("partitions", in: 1...10_000, default: defaultPartitions)
    readTopicDefaults(section)
    readLimits(section.section("limits"))
    if data == nil || !addresses { return nil }
  }

  private mutating func readAddresses(_ section: ConfigurationReader) -> Bool {
    do {
      let listen = try ListenAddress(section.string("listen", default: "127.0.0.1:9092"))
      (host, port) = (listen.host, Int(listen.port))
    } catch {
      section.report(.badValue, "listen", "cannot be used: \(error)")
      return false
    }
    guard let text = section.string("advertised") else { return true }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let port = Int(parts[1]), (1...65_535).contains(port) else {
      section.report(.badValue, "advertised", "should be HOST:PORT")
      return false
    }
    (advertisedHost, advertisedPort) = (String(parts[0]), port)
    return true
  }

  private mutating func readTopicDefaults(_ section: ConfigurationReader) {
    let retention = section.duration(
      "retention", in: .zero...(.seconds(3_650 * 86_400)), default: .milliseconds(retentionMilliseconds))
    retentionMilliseconds = retention == .zero ? -1 : Int64(retention / .milliseconds(1))
    let bytes = section.size("retentionBytes", in: 0...(1 << 50), default: max(retentionBytes, 0))
    retentionBytes = bytes == 0 ? -1 : bytes
    segmentBytes = section.size("segmentBytes", in: (1 << 16)...Int(Int32.max), default: segmentBytes)
    messageBytesMax = section.size("messageBytes", in: 1_024...(1 << 30), default: messageBytesMax)
  }

  private mutating func readLimits(_ limits: ConfigurationReader) {
    memoryBytesMax = limits.size("memory", in: (1 << 20)...(1 << 40), default: memoryBytesMax)
    requestBytesMax = limits.size("request", in: (1 << 16)...(1 << 30), default: requestBytesMax)
    fetchBytesMax = limits.size("fetch", in: (1 << 16)...(1 << 30), default: fetchBytesMax)
    connectionsMax = limits.int("connections", in: 1...1_000_000, default: connectionsMax)
    let idle = limits.duration(
      "idle", in: .seconds(1)...(.seconds(86_400)), default: .milliseconds(idleMilliseconds))
    idleMilliseconds = Int64(idle / .milliseconds(1))
    let stall = limits.duration(
      "stall", in: .seconds(1)...(.seconds(3_600)), default: .milliseconds(stallMilliseconds))
    stallMilliseconds = Int64(stall / .milliseconds(1))
  }
}
