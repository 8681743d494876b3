import Foundation
import Kafka
import LocalServers
import NotificationModel
import ProviderSimulators
import TestSupport
import Testing

extension RoleScenarios {
  /// A router, a worker for iOS, a recorder with its sweeper, and a provider that goes away.
  @Suite struct SweeperFaults {
    @Test func `a provider that is away for longer than the deadline makes no flood, and what is lost is swept`() throws
    {
      let play = try SweeperPlay()
      defer { play.end() }
      var worker = try play.startWorker()
      try play.write(1)
      try play.waitUntilTaken(1)
      try eventually("its worker's group has committed") { try play.committed() == 1 }
      play.standIn.apns.server.stopListening()
      play.standIn.apns.server.cutConnections()
      try play.write(20)
      try eventually("all are past the deadline, and held") { try play.sweeper("held_deliveries") == 20 }
      let looks = try play.sweeper("rounds_total")
      try eventually("the sweeper looks again and again") { try play.sweeper("rounds_total") >= looks + 5 }
      #expect(try play.sweeper("held_deliveries") == 20 && play.sweeper("events_total") == 0)
      try play.standIn.apns.server.listenAgain()
      try worker.waitUntilReady()
      try play.waitUntilTaken(21)
      try eventually("nothing is held any more") { try play.sweeper("held_deliveries") == 0 }
      #expect(try play.site.router.records(.events).count == 21)
      // And one that its worker had passed, and that nobody has.
      #expect(try worker.terminate().isSuccess)
      try play.write(1)
      try eventually("it is routed") { try play.site.router.records(.pushIOS).count == 22 }
      try play.commitAll()
      worker = try play.startWorker()
      try play.waitUntilTaken(22)
      #expect(try play.sweeper("events_total") >= 1)
      let taken = play.standIn.taken.map(\.id)
      #expect(taken.count == 22 && Set(taken).count == 22)
    }
  }
}

/// What the sweeper is to have around it.
private final class SweeperPlay {
  let site: RecorderSite
  let standIn: APNsStandIn
  private let folder: TemporaryDirectory
  private let redis: RedisServer
  private let router, recorder: DaemonProcess
  private var workers: [DaemonProcess] = []
  private var group: String { site.router.prefix + "workers" }

  init() throws {
    let stage = try RoleStage.shared
    (redis, folder) = (stage.redis, try TemporaryDirectory())
    site = try RecorderSite(broker: stage.broker, postgres: stage.postgres)
    try site.router.makePeople(5)
    try site.database.run(
      """
      DELETE FROM notification.device WHERE platform = 'android';
      UPDATE notification.device SET device_token = lpad(device_id::text, 64, '0')
      """)
    standIn = try APNsStandIn(folder: folder.path)
    try """
    \(standIn.section)
    sweeper:
      deadline: 1s
      interval: 200ms
      groups:
        router: \(site.router.group)
        push.ios: \(site.router.prefix)workers
    """.write(toFile: folder.file("bongsu.yaml"), atomically: true, encoding: .utf8)
    router = try site.router.startRouter(redis: redis.address)
    recorder = try site.startRecorder(["--config", folder.file("bongsu.yaml")])
    for process in [router, recorder] { try process.waitUntilReady() }
  }

  func startWorker() throws -> DaemonProcess {
    let worker = try DaemonProcess([
      "worker", "--channel", "push.ios", "--config", folder.file("bongsu.yaml"), "--redis", redis.address,
      "--bootstrap-servers", site.router.broker.bootstrapServers, "--group", group, "--listen", "127.0.0.1:0", "--set",
      "worker.topicPrefix=\(site.router.prefix)", "--set", "worker.redisPrefix=\(site.router.prefix)",
    ])
    workers.append(worker)
    try worker.waitUntilReady()
    return worker
  }

  /// Events that become a push each.
  func write(_ count: Int) throws {
    for number in 0..<count {
      try site.router.produce(RouterSite.hello(number % 5 + 1, more: #", "channels": ["push"]"#))
    }
  }

  func waitUntilTaken(_ count: Int) throws {
    try eventually("APNs has taken \(count)", within: .seconds(60)) { standIn.takenCount >= count }
  }

  func sweeper(_ metric: String) throws -> Int { Int(try recorder.metrics().sum("bongsu_sweeper_\(metric)")) }

  private var places: [TopicPartition] {
    (0..<Int32(site.router.partitions)).map { TopicPartition(site.router.name(.pushIOS), $0) }
  }

  func committed() throws -> Int64 {
    let consumer = try Consumer(site.router.broker.kafkaSettings, group: group)
    return try consumer.committed(places, timeoutMilliseconds: 10_000).values.reduce(0, +)
  }

  /// As if the worker had finished all that is in its topic.
  func commitAll() throws {
    let consumer = try Consumer(site.router.broker.kafkaSettings, group: group)
    let ends = try places.map { ($0, try consumer.watermarks($0, timeoutMilliseconds: 10_000).high) }
    try consumer.commit(Dictionary(ends) { $1 })
  }

  func end() {
    for process in workers + [router, recorder] { process.kill() }
    standIn.stop()
    folder.remove()
  }
}
