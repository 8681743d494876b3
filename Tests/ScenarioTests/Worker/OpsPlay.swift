import Foundation
import Kafka
import LocalServers
import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

/// A play of the ops channel: alerts, kills, and a verdict by what the receiver of its webhook was told.
final class OpsPlay {
  let name: String
  let seed: UInt64
  let hooks: WebhookSimulator
  var random: SeededGenerator
  private(set) var workers: [DaemonProcess] = []
  /// Of each alert its reference, with its group.
  private(set) var written: [String: String] = [:]
  private let broker: any LocalBroker
  private let prefix = uniqueName("o") + "."
  private let folder: TemporaryDirectory
  private let start = ContinuousClock.now

  private static let secret = "a secret of 24 bytes or more"

  private init(_ name: String, _ seed: UInt64) throws {
    (self.name, self.seed) = (name, seed)
    random = SeededGenerator(seed: seed)
    broker = try RoleStage.shared.broker
    hooks = try WebhookSimulator(secret: Array(Self.secret.utf8))
    folder = try TemporaryDirectory()
    // One partition: what was written before an alert that was told has been read.
    try broker.makeTopic(prefix + "alerts", partitions: 1)
    try """
    ops:
      topicPrefix: \(prefix)
      group: \(prefix)ops
      instance: one
      window: 50ms
      quiet: 1h
      webhook:
        url: \(hooks.url)/webhook
        secret: \(Self.secret)
        allowsPrivate: true
        authorityFile: \(hooks.authorityFile)
    """.write(toFile: folder.file("bongsu.yaml"), atomically: true, encoding: .utf8)
  }

  static func play(
    _ name: String, _ seed: UInt64 = 1, location: SourceLocation = #_sourceLocation, _ body: (OpsPlay) throws -> Void
  ) throws {
    let play = try OpsPlay(name, seed)
    defer { play.end() }
    do {
      try body(play)
    } catch {
      try? RoleStage.shared.recover()
      Issue.record(error, "\(name), seed \(seed)\n\(play.lastWords)", sourceLocation: location)
      return
    }
    let (told, seconds) = (play.told, String(format: "%.1f", play.elapsed / .seconds(1)))
    let missing = play.written.count { told[$0.key] == nil }
    let repeats = told.values.reduce(0) { $0 + $1.count - 1 }
    print("scenario\tops: \(name)\t\(seed)\t\(play.written.count)\t\(missing)\t\(repeats)\t-\t\(seconds)")
  }

  var elapsed: Duration { ContinuousClock.now - start }

  @discardableResult
  func startWorker(_ sets: [String]) throws -> DaemonProcess {
    let worker = try DaemonProcess(
      [
        "worker", "--channel", "ops", "--config", folder.file("bongsu.yaml"), "--bootstrap-servers",
        broker.bootstrapServers, "--listen", "127.0.0.1:0",
      ] + sets.flatMap { ["--set", $0] })
    workers.append(worker)
    try worker.waitUntilReady()
    return worker
  }

  func kill() { workers.last?.kill() }

  /// An alert of each group; their references.
  @discardableResult
  func write(_ groups: [String]) throws -> [String] {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    let references = groups.indices.map { "r\(written.count + $0)" }
    let records = try zip(groups, references).map { group, reference in
      let alert = Alert(group: group, severity: .warning, title: "Parked", references: [reference], time: now)
      return RecordContent(
        key: Array(group.utf8), value: Array(try JSONEncoder().encode(alert)),
        headers: [SourceRecord.Header("schema", Alert.schema)])
    }
    try RecordWriter(broker).write(records, to: prefix + "alerts")
    for (group, reference) in zip(groups, references) { written[reference] = group }
    return references
  }

  /// How often each alert was told, by its reference: the ids of the messages.
  var told: [String: [String]] {
    var told: [String: [String]] = [:]
    for message in messages { for one in message.references { told[one, default: []].append(message.id) } }
    return told
  }

  /// What the receiver has taken.
  var messages: [(id: String, references: [String], count: Int)] {
    hooks.received.filter(\.isAccepted).map { call in
      let json = try? JSONSerialization.jsonObject(with: Data(call.body)) as? [String: Any]
      let data = json?["data"] as? [String: Any]
      let groups = data?["groups"] as? [[String: Any]] ?? []
      return (call.id ?? "", groups.flatMap { $0["references"] as? [String] ?? [] }, data?["count"] as? Int ?? 0)
    }
  }

  func waitUntilTold(_ references: [String]) throws {
    try eventually("\(references.count) alerts are told", within: .seconds(60)) {
      let told = told
      return references.allSatisfy { told[$0] != nil }
    }
  }

  func waitUntilCommitted() throws {
    let place = TopicPartition(prefix + "alerts", 0)
    try eventually("\(written.count) alerts are committed", within: .seconds(60)) {
      let consumer = try Consumer(broker.kafkaSettings, group: prefix + "ops")
      return try consumer.committed([place], timeoutMilliseconds: 10_000)[place] == Int64(written.count)
    }
  }

  private func end() {
    for worker in workers { worker.kill() }
    hooks.stop()
    folder.remove()
  }

  private var lastWords: String { workers.suffix(3).map(\.lastWords).joined(separator: "\n") }
}
