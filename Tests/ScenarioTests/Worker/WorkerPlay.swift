import Foundation
import LocalServers
import NotificationModel
import ProviderSimulators
import Signing
import TestSupport
import Testing

/// A play of workers: deliveries under load to a provider's stand-in, faults, and a verdict by what that received.
final class WorkerPlay {
  let name: String
  let seed: UInt64
  let site: ChannelSite
  let redis: RedisServer
  let standIn: any WorkerStandIn
  var random: SeededGenerator
  private(set) var workers: [DaemonProcess] = []
  private(set) var written: [Delivery] = []
  private let folder: TemporaryDirectory
  /// Of its workers.
  private let environment: [String: String]

  static let people = 200
  /// At the provider at once, of each worker.
  static let inFlight = 50

  private init(
    _ name: String, _ seed: UInt64, _ channel: DeliveryChannel, isProxied: Bool, spare: SMSSimulator.Vendor?,
    _ environment: [String: String]
  ) throws {
    (self.name, self.seed, self.environment) = (name, seed, environment)
    random = SeededGenerator(seed: seed)
    let stage = try RoleStage.workers
    redis = stage.redis
    site = try ChannelSite(channel, broker: stage.broker)
    folder = try TemporaryDirectory()
    standIn =
      switch channel {
      case .pushIOS: try APNsStandIn(folder: folder.path, isProxied: isProxied)
      case .pushAndroid: try FCMStandIn(folder: folder.path)
      case .sms: try SMSStandIn(spare: spare)
      case .email: try SMTPStandIn()
      }
    try standIn.section.write(toFile: folder.file("bongsu.yaml"), atomically: true, encoding: .utf8)
  }

  private var pushes: APNsStandIn {
    guard let pushes = standIn as? APNsStandIn else { preconditionFailure("the play is of another channel") }
    return pushes
  }

  /// Of a play for push.ios.
  var apns: APNsSimulator { pushes.apns }

  /// Of one for sms.
  var vendors: SMSStandIn {
    guard let vendors = standIn as? SMSStandIn else { preconditionFailure("the play is of another channel") }
    return vendors
  }

  /// Of one for email.
  var smtp: SMTPSimulator {
    guard let mails = standIn as? SMTPStandIn else { preconditionFailure("the play is of another channel") }
    return mails.smtp
  }

  /// Of one that goes by a proxy.
  var proxy: NGHTTPXServer {
    guard let proxy = pushes.proxy else { preconditionFailure("the play has no proxy") }
    return proxy
  }

  /// Of one for another channel than email.
  var server: SimulatedServer {
    guard let server = standIn.server else { preconditionFailure("mails go to no server of HTTP") }
    return server
  }

  /// - Parameters:
  ///   - isProxied: nghttpx stands before APNs.
  ///   - spare: of text messages a second vendor, behind Solapi.
  ///   - environment: the workers', as of a clock of their own.
  ///   - mayRepeat: how many may be sent twice, as their worker died between sending and recording.
  static func play(
    _ name: String, _ seed: UInt64 = 1, channel: DeliveryChannel = .pushIOS, isProxied: Bool = false,
    spare: SMSSimulator.Vendor? = nil, environment: [String: String] = [:], mayRepeat: Int = 0,
    location: SourceLocation = #_sourceLocation, _ body: (WorkerPlay) throws -> Void
  ) throws {
    let play = try WorkerPlay(name, seed, channel, isProxied: isProxied, spare: spare, environment)
    defer { play.end() }
    let start = ContinuousClock.now
    do {
      try body(play)
      try play.waitUntilCommitted()
    } catch {
      try? RoleStage.workers.recover()
      Issue.record(error, "\(name), seed \(seed)\n\(play.lastWords)", sourceLocation: location)
      return
    }
    let verdict = try WorkerOracle(play.site, play.written).judge(play.standIn.taken) { play.standIn.address($0).text }
    let seconds = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
    print(
      "scenario\tworker: \(name)\t\(seed)\t\(play.written.count)\t\(verdict.missing)\t\(verdict.duplicates)\t-\t\(seconds)"
    )
    #expect(
      verdict.isSound && verdict.duplicates <= mayRepeat && !play.written.isEmpty,
      "\(name), seed \(seed): \(verdict)\n\(play.lastWords)", sourceLocation: location)
  }

  /// - Parameter way: to Redis; nil is the straight one.
  @discardableResult
  func startWorker(
    _ flags: [String] = [], awaitsReady: Bool = true, lease: String = "2s", by way: FaultProxy? = nil
  ) throws -> DaemonProcess {
    let sets = [
      "worker.topicPrefix=\(site.prefix)", "worker.redisPrefix=\(site.prefix)", "worker.lease=\(lease)",
    ]
    let worker = try DaemonProcess(
      [
        "worker", "--channel", site.channel.rawValue, "--config", folder.file("bongsu.yaml"), "--redis",
        way.map { "127.0.0.1:\($0.port)" } ?? redis.address, "--bootstrap-servers", site.broker.bootstrapServers,
        "--group", site.group, "--listen", "127.0.0.1:0",
      ] + sets.flatMap { ["--set", $0] } + flags, environment: environment)
    workers.append(worker)
    if awaitsReady { try worker.waitUntilReady() }
    return worker
  }

  /// Deliveries to people chosen by chance; each knows its place among all.
  /// - Parameters:
  ///   - within: how long they are worth sending; nil: as long as it takes.
  ///   - isApart: to one after another instead, so that none waits for another to the same person.
  func write(_ count: Int, within: Duration? = nil, isApart: Bool = false) throws {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    let end = within.map { UnixTime(milliseconds: now.milliseconds + Int64($0 / .milliseconds(1))) }
    let more = (0..<count).map { step in
      let number = written.count + step
      let person = isApart ? number % Self.people + 1 : Int.random(in: 1...Self.people, using: &random)
      return Delivery(
        id: UUID().uuidString.lowercased(), eventID: "e\(number)", eventTime: now, replay: 0, user: Int64(person),
        channel: site.channel, target: "\(person)", address: standIn.address(person).delivery, category: "service",
        content: standIn.content(number), priority: .high, notBefore: now, sendBefore: end)
    }
    written += more
    try site.produce(more)
  }

  /// Waits until the stand-in has taken so many in all.
  func waitUntilTaken(_ count: Int) throws {
    try eventually("the provider has taken \(count)", within: .seconds(60)) {
      standIn.takenCount >= count
    }
  }

  /// Waits until so many requests in all have suffered from what the stand-in was told to do.
  func waitUntilSuffered(_ count: Int) throws {
    try eventually("\(count) requests have suffered", within: .seconds(60)) { server.misbehaved >= count }
  }

  /// Waits until just so many are at the provider.
  func waitUntilInFlight(_ count: Int) throws {
    try eventually("\(count) are at the provider") {
      try workers.last?.metrics().sum("bongsu_worker_in_flight") == Double(count)
    }
  }

  func waitUntilCommitted() throws {
    try eventually("\(written.count) deliveries are committed", within: .seconds(90)) {
      try site.committed() >= Int64(written.count)
    }
  }

  func killWorker() { workers.last?.kill() }

  /// Why deliveries became dead letters, and how many of each.
  func codes() throws -> [String: Int] {
    try Dictionary(site.records(.deadLetters).map { ($0.header(RecordHeader.errorCode) ?? "", 1) }, uniquingKeysWith: +)
  }

  private func end() {
    for worker in workers { worker.kill() }
    standIn.stop()
    folder.remove()
  }

  private var lastWords: String { workers.map(\.lastWords).joined(separator: "\n") }
}
