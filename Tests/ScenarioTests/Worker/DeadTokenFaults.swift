import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import ProviderSimulators
import TestSupport
import Testing

extension WorkerScenarios {
  /// A push service says that an app is gone from a phone.
  @Suite struct DeadTokenFaults {
    /// The second one's phone has it again by the time that the recorder hears of it.
    @Test(arguments: [DeliveryChannel.pushIOS, .pushAndroid])
    func `its device is disabled, unless it was registered again since then`(channel: DeliveryChannel) throws {
      let play = try DeadTokenPlay(channel)
      defer { play.end() }
      play.markDead([play.device(of: 1), play.device(of: 2)])
      try play.startWorker()
      try play.write(toUsers: 1...3)
      try eventually("all are told") { try play.statuses().count == 3 }
      let failed = try play.statuses().filter { $0.state == .fail }
      #expect(failed.map(\.user).compactMap { $0 }.sorted() == [1, 2])
      #expect(failed.allSatisfy { $0.deadSince != nil && $0.reason?.lowercased() == "unregistered" })
      // Nothing is left to do for it.
      #expect(try play.site.router.records(.deadLetters).isEmpty)
      try play.registerAgain(play.device(of: 2))
      let recorder = try play.site.startRecorder()
      defer { recorder.kill() }
      try eventually("the log has all", within: .seconds(60)) {
        try play.site.count("notification.delivery WHERE state IN ('FAIL', 'SUCCESS')") == 3
      }
      #expect(try play.disabled() == [play.device(of: 1)])
      #expect(try play.site.count("notification.device WHERE disabled_reason ILIKE 'unregistered'") == 1)
    }
  }
}

/// A worker of pushes and a recorder beside one database.
private final class DeadTokenPlay {
  let site: RecorderSite
  private let channel: DeliveryChannel
  private let standIn: any WorkerStandIn
  private let stage: RoleStage
  private let folder: TemporaryDirectory
  private var worker: DaemonProcess?

  private var platform: UserDevice.Platform { channel == .pushIOS ? .ios : .android }

  init(_ channel: DeliveryChannel) throws {
    self.channel = channel
    stage = try RoleStage.workers
    site = try RecorderSite(broker: stage.broker, postgres: stage.postgres)
    folder = try TemporaryDirectory()
    standIn = channel == .pushIOS ? try APNsStandIn(folder: folder.path) : try FCMStandIn(folder: folder.path)
    try standIn.section.write(toFile: folder.file("bongsu.yaml"), atomically: true, encoding: .utf8)
    try site.router.makePeople(3)
    try site.database.run("UPDATE notification.device SET registered_at = now() - interval '1 day'")
  }

  func end() {
    worker?.kill()
    standIn.stop()
    folder.remove()
  }

  /// As `makePeople` numbers them.
  func device(of user: Int) -> Int { channel == .pushIOS ? 2 * user : 2 * user + 1 }

  private static var now: UnixTime { UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

  /// From an hour ago on; FCM does not say since when.
  func markDead(_ devices: [Int]) {
    for device in devices {
      let token = APNsStandIn.token(device)
      let then = UnixTime(milliseconds: Self.now.milliseconds - 3_600_000)
      (standIn as? APNsStandIn)?.apns.answer(token: token, with: .unregistered(at: then))
      (standIn as? FCMStandIn)?.fcm.answer(token: token, with: .unregistered)
    }
  }

  func startWorker() throws {
    let prefix = site.router.prefix
    let sets = ["worker.topicPrefix=\(prefix)", "worker.redisPrefix=\(prefix)"]
    let made = try DaemonProcess(
      [
        "worker", "--channel", channel.rawValue, "--config", folder.file("bongsu.yaml"), "--redis", stage.redis.address,
        "--bootstrap-servers", stage.broker.bootstrapServers, "--group", "\(prefix)workers", "--listen", "127.0.0.1:0",
      ] + sets.flatMap { ["--set", $0] })
    worker = made
    try made.waitUntilReady()
  }

  func write(toUsers users: ClosedRange<Int>) throws {
    let now = Self.now
    let records = try users.map { user in
      let address = DeviceAddress(
        platform: platform, appID: "com.example", token: APNsStandIn.token(device(of: user)),
        registeredAt: UnixTime(milliseconds: now.milliseconds - 86_400_000))
      let delivery = Delivery(
        id: UUID().uuidString.lowercased(), eventID: UUID().uuidString.lowercased(), eventTime: now, replay: 0,
        user: Int64(user), channel: channel, target: "\(device(of: user))", address: .device(address),
        category: "service", content: standIn.content(user), priority: .high, notBefore: now, sendBefore: nil)
      return RecordContent(
        key: Array("\(user)".utf8), value: Array(try JSONEncoder().encode(delivery)),
        headers: [SourceRecord.Header("schema", Delivery.schema)])
    }
    try RecordWriter(stage.broker).write(records, to: site.router.name(channel.topic))
  }

  /// How they ended.
  func statuses() throws -> [DeliveryStatus] {
    try site.router.statuses().filter { [.fail, .success].contains($0.state) }
  }

  /// As a service does when the app is started again.
  func registerAgain(_ device: Int) throws {
    try site.database.run(
      "UPDATE notification.device SET registered_at = clock_timestamp() WHERE device_id = \(device)")
  }

  func disabled() throws -> [Int] {
    try site.database.connect().execute("SELECT device_id FROM notification.device WHERE disabled_at IS NOT NULL")
      .column.compactMap { Int($0) }
  }
}
