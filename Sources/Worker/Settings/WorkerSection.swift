public import Configuration
import Kafka
public import NotificationModel
import Operations
import Redis

extension WorkerSettings {
  /// Which channel the worker is for: `worker.channel` (push.ios, push.android, sms or email; needed).
  public static func channel(root: ConfigurationReader) -> DeliveryChannel? {
    let section = root.section("worker")
    let names = DeliveryChannel.allCases.map(\.rawValue)
    let name = section.string("channel", expected: "one of \(names.joined(separator: ", "))") { names.contains($0) }
    if name == nil, !section.isSet("channel") { section.reportMissing("channel", flag: "--channel") }
    return name.flatMap(DeliveryChannel.init(rawValue:))
  }

  /// Reads the sections `worker`, `kafka` and `redis`, and the pace out of the provider's own. `worker` holds
  /// - `group` (text, `bongsu-worker-` and the channel): Kafka's consumer group.
  /// - `instance` (text): names this worker within the group, so that it has its partitions again at once after a
  ///   restart. Two with one name push each other out.
  /// - `topicPrefix` (text, `notification.`) and `redisPrefix` (text, `bongsu:`): as the router's.
  /// - `unfinished` (number, 5000): deliveries read and not finished.
  /// - `lease` (time, 30s), `claimHorizon` (time, 48h), `stopDeadline` (time, 10s).
  /// - `withoutRedis` (hold, send or channel; channel is hold for SMS and send for the others).
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader, channel: DeliveryChannel) {
    let kafka = KafkaSettings(root: root)
    let redis = RedisSettings(root: root)
    let read = Read(root.section("worker"))
    let pace = Pace(root.section(channel.provider))
    guard let kafka, let redis else { return nil }
    self.init(kafka: kafka, redis: redis, channel: channel)
    read.apply(to: &self)
    (inFlight, rate) = (pace.inFlight, pace.rate)
  }

  /// Reads the workers' own keys for what is wrong in them alone, on a machine that may have no worker.
  public static func check(root: ConfigurationReader) {
    let section = root.section("worker")
    if section.isSet("channel") { _ = channel(root: root) } else { _ = section.string("channel") }
    _ = Read(section)
    for channel in DeliveryChannel.allCases { _ = Pace(root.section(channel.provider)) }
  }

  /// How long a claim tells what became of a delivery: `worker.claimHorizon`, for others than workers. All of the section
  /// counts as read.
  public static func claimHorizon(root: ConfigurationReader) -> Duration {
    defer { root.leave("worker") }
    return Read(root.section("worker")).claimHorizon
  }

  /// How fast a provider's account is called, in the provider's section:
  /// - `inFlight` (number, 1000): requests at once.
  /// - `rate` (number, 0 is without a limit): requests a second of this worker.
  private struct Pace {
    let inFlight: Int
    let rate: Double?

    init(_ section: ConfigurationReader) {
      inFlight = section.int("inFlight", in: 1...10_000, default: 1_000)
      let rate = section.int("rate", in: 0...100_000, default: 0)
      self.rate = rate == 0 ? nil : Double(rate)
    }
  }

  private struct Read {
    let group, instance: String?
    let topicPrefix, redisPrefix: String
    let unfinished: Int
    let lease, claimHorizon, stopDeadline: Duration
    let withoutRedis: WithoutRedis?

    init(_ worker: ConfigurationReader) {
      group = worker.string("group")
      instance = worker.string("instance")
      topicPrefix = worker.string("topicPrefix", default: "notification.")
      redisPrefix = worker.string("redisPrefix", default: "bongsu:")
      unfinished = worker.int("unfinished", in: 1...100_000, default: 5_000)
      lease = worker.duration("lease", in: .seconds(1)...(.seconds(3_600)), default: .seconds(30))
      claimHorizon = worker.duration(
        "claimHorizon", in: .seconds(7_200)...(.seconds(604_800)), default: .seconds(172_800))
      stopDeadline = worker.duration("stopDeadline", in: .seconds(1)...(.seconds(300)), default: .seconds(10))
      let words = ["channel"] + WithoutRedis.allCases.map(\.rawValue)
      withoutRedis = WithoutRedis(rawValue: worker.string("withoutRedis", oneOf: words, default: "channel"))
    }

    func apply(to settings: inout WorkerSettings) {
      if let group { settings.group = group }
      settings.instance = instance
      settings.topicPrefix = topicPrefix
      settings.redisPrefix = redisPrefix
      settings.unfinished = unfinished
      settings.lease = lease
      settings.claimHorizon = claimHorizon
      settings.stopDeadline = stopDeadline
      if let withoutRedis { settings.withoutRedis = withoutRedis }
    }
  }
}

extension DeliveryChannel {
  /// The section of what sends for the channel.
  public var provider: String {
    switch self {
    case .pushIOS: "apns"
    case .pushAndroid: "fcm"
    case .sms: "sms"
    case .email: "email"
    }
  }
}
