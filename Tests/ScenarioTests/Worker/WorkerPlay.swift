import Foundation
import LocalServers
import NotificationModel
import ProviderSimulators
import Signing
import TestSupport
import Testing

/// A push that a stand-in has taken.
struct TakenPush {
  /// The delivery's.
  let id: String
  let token: String
  let text: String

  init(_ push: APNsDelivery) {
    (id, token, text) = (push.id, push.token, String(decoding: push.payload, as: UTF8.self))
  }

  init(_ push: FCMDelivery) {
    (token, text) = (push.token ?? "", String(decoding: push.payload, as: UTF8.self))
    id = text.firstMatch(of: /"deliveryID":"([^"]+)"/).map { String($0.1) } ?? ""
  }
}

/// A play of workers: pushes under load to a stand-in for APNs or FCM, faults, and a verdict by what that received.
final class WorkerPlay {
  let name: String
  let seed: UInt64
  let site: ChannelSite
  let redis: RedisServer
  let apns: APNsSimulator
  let fcm: FCMSimulator
  var random: SeededGenerator
  private(set) var workers: [DaemonProcess] = []
  private(set) var written: [Delivery] = []
  private let folder: TemporaryDirectory

  static let devices = 200
  /// At the provider at once, of each worker.
  static let inFlight = 50

  private init(_ name: String, _ seed: UInt64, _ channel: DeliveryChannel) throws {
    (self.name, self.seed) = (name, seed)
    random = SeededGenerator(seed: seed)
    let stage = try RoleStage.shared
    redis = stage.redis
    site = try ChannelSite(channel, broker: stage.broker)
    (apns, fcm) = (try APNsSimulator(), try FCMSimulator())
    folder = try TemporaryDirectory()
    try apns.signingKey.pem.write(toFile: folder.file("key.p8"), atomically: true, encoding: .utf8)
    try fcm.serviceAccount.write(toFile: folder.file("firebase.json"), atomically: true, encoding: .utf8)
  }

  private var isAPNs: Bool { site.channel == .pushIOS }

  func setLatency(_ latency: Duration) {
    if isAPNs { apns.setLatency(latency) } else { fcm.setLatency(latency) }
  }

  private var taken: [TakenPush] {
    isAPNs
      ? apns.received.filter(\.isAccepted).map { TakenPush($0) }
      : fcm.received.filter(\.isAccepted).map { TakenPush($0) }
  }

  /// - Parameter mayRepeat: how many may be sent twice, as their worker died between sending and recording.
  static func play(
    _ name: String, _ seed: UInt64 = 1, channel: DeliveryChannel = .pushIOS, mayRepeat: Int = 0,
    location: SourceLocation = #_sourceLocation,
    _ body: (WorkerPlay) throws -> Void
  ) throws {
    let play = try WorkerPlay(name, seed, channel)
    defer { play.end() }
    let start = ContinuousClock.now
    do {
      try body(play)
      try play.waitUntilCommitted()
    } catch {
      try? RoleStage.shared.recover()
      Issue.record(error, "\(name), seed \(seed)\n\(play.lastWords)", sourceLocation: location)
      return
    }
    let verdict = try WorkerOracle(play.site, play.written).judge(play.taken)
    let seconds = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
    print(
      "scenario\tworker: \(name)\t\(seed)\t\(play.written.count)\t\(verdict.missing)\t\(verdict.duplicates)\t-\t\(seconds)"
    )
    #expect(
      verdict.isSound && verdict.duplicates <= mayRepeat && !play.written.isEmpty,
      "\(name), seed \(seed): \(verdict)\n\(play.lastWords)", sourceLocation: location)
  }

  @discardableResult
  func startWorker(_ flags: [String] = []) throws -> DaemonProcess {
    let provider = [
      "fcm.serviceAccountFile=\(folder.file("firebase.json"))", "fcm.endpoint=\(fcm.url)",
      "fcm.authorityFile=\(fcm.authorityFile)", "fcm.timeout=5s", "fcm.inFlight=\(Self.inFlight)",
    ]
    let sets = [
      "worker.topicPrefix=\(site.prefix)", "worker.redisPrefix=\(site.prefix)", "worker.lease=2s",
      "apns.production=\(apns.url)", "apns.authorityFile=\(apns.authorityFile)", "apns.timeout=5s",
      "apns.teamID=\(APNsSimulator.teamID)", "apns.keyID=\(APNsSimulator.keyID)",
      "apns.keyFile=\(folder.file("key.p8"))", "apns.inFlight=\(Self.inFlight)",
    ]
    let worker = try DaemonProcess(
      [
        "worker", "--channel", site.channel.rawValue, "--redis", redis.address, "--bootstrap-servers",
        site.broker.bootstrapServers, "--group", site.group, "--listen", "127.0.0.1:0",
      ] + (sets + provider).flatMap { ["--set", $0] } + flags)
    workers.append(worker)
    try worker.waitUntilReady()
    return worker
  }

  /// Pushes to devices chosen by chance; each knows its place among all.
  func write(_ count: Int) throws {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    let more = (0..<count).map { step in
      let device = Int.random(in: 1...Self.devices, using: &random)
      let number = written.count + step
      return Delivery(
        id: UUID().uuidString.lowercased(), eventID: "e\(number)", eventTime: now, replay: 0, user: Int64(device),
        channel: site.channel, target: "\(device)",
        address: .device(
          DeviceAddress(platform: isAPNs ? .ios : .android, appID: "com.example.shop", token: Self.token(device))),
        category: "service", content: MessageContent(push: PushContent(body: "\(number)")), priority: .high,
        notBefore: now, sendBefore: nil)
    }
    written += more
    try site.produce(more)
  }

  static func token(_ device: Int) -> String { String(format: "%064x", device) }

  /// Waits until the stand-in has taken so many in all.
  func waitUntilTaken(_ count: Int) throws {
    try eventually("the provider has taken \(count)", within: .seconds(60)) {
      (isAPNs ? apns.counts : fcm.counts).accepted >= count
    }
  }

  func waitUntilCommitted() throws {
    try eventually("\(written.count) deliveries are committed", within: .seconds(90)) {
      try site.committed() >= Int64(written.count)
    }
  }

  private func end() {
    for worker in workers { worker.kill() }
    apns.stop()
    fcm.stop()
    folder.remove()
  }

  private var lastWords: String { workers.map(\.lastWords).joined(separator: "\n") }
}
