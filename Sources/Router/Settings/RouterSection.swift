public import Configuration
import Kafka
import NotificationModel
import Operations
import Policy
import Postgres
import Redis

extension RouterSettings {
  /// Reads the sections `router`, `policy`, `kafka`, `notification` and `redis`. `router` holds
  /// - `group` (text, bongsu-router): Kafka's consumer group.
  /// - `instance` (text): names this router within the group, so that it has its partitions again at once after a
  ///   restart. Two with one name push each other out.
  /// - `topicPrefix` (text, `notification.`): of all topics.
  /// - `redisPrefix` (text, `bongsu:`): of all keys; notification databases that share a Redis need one each.
  /// - `lanes` (number, 2): threads that share large batches, each with connections of its own.
  /// - `batch.events` (number, 1000), `.bytes` (size, 1MB), `.inFlight` (number, 4), `.linger` (time,
  ///   60ms; at most 1s): how long it rests between batches where few events come.
  /// - `release.perSecond` (number, 1000; 0 is never): deferred deliveries of all routers together.
  /// - `maxEventBytes` (size, 1048588).
  /// - `localUsers` (number, 50000): of all lanes, about a kilobyte each.
  /// - `claimHorizon` (time, 48h), `stopDeadline` (time, 10s).
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader) {
    let kafka = KafkaSettings(root: root)
    let redis = RedisSettings(root: root)
    let database = ConnectionSettings(notification: root)
    let policy = PolicySettings(root: root)
    let router = root.section("router")
    let read = Read(router)
    guard let kafka, let redis, let database else { return nil }
    self.init(kafka: kafka, database: database, redis: redis)
    self.policy = policy
    read.apply(to: &self)
  }

  /// Reads the router's own sections for what is wrong in them alone, on a machine that may have no router.
  public static func check(root: ConfigurationReader) {
    _ = PolicySettings(root: root)
    _ = Read(root.section("router"))
  }

  private struct Read {
    let group, prefix, redisPrefix: String
    let instance: String?
    let batch: Batch
    let lanes, release, maxEventBytes, localUsers: Int
    let claimHorizon, stopDeadline: Duration

    init(_ router: ConfigurationReader) {
      group = router.string("group", default: ConsumerGroup.router)
      instance = router.string("instance")
      prefix = router.string("topicPrefix", default: "notification.")
      redisPrefix = router.string("redisPrefix", default: "bongsu:")
      lanes = router.int("lanes", in: 1...16, default: 2)
      let section = router.section("batch")
      var batch = Batch()
      batch.events = section.int("events", in: 1...10_000, default: batch.events)
      batch.bytes = section.size("bytes", in: (64 << 10)...(256 << 20), default: batch.bytes)
      batch.linger = section.duration("linger", in: .zero...(.seconds(1)), default: batch.linger)
      batch.inFlight = section.int("inFlight", in: 1...64, default: batch.inFlight)
      self.batch = batch
      release = router.section("release").int("perSecond", in: 0...1_000_000, default: 1_000)
      maxEventBytes = router.size("maxEventBytes", in: 10_000...100_000_000, default: 1_048_588)
      localUsers = router.int("localUsers", in: 0...10_000_000, default: 50_000)
      claimHorizon = router.duration(
        "claimHorizon", in: .seconds(3_600)...(.seconds(604_800)), default: .seconds(172_800))
      stopDeadline = router.duration("stopDeadline", in: .seconds(1)...(.seconds(300)), default: .seconds(10))
    }

    func apply(to settings: inout RouterSettings) {
      settings.group = group
      settings.instance = instance
      settings.topics.prefix = prefix
      settings.redisPrefix = redisPrefix
      settings.lanes = lanes
      settings.batch = batch
      settings.release.perSecond = release
      settings.maxEventBytes = maxEventBytes
      settings.localUsers = localUsers
      settings.claimHorizon = claimHorizon
      settings.stopDeadline = stopDeadline
    }
  }
}
