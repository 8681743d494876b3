public import Configuration
import Kafka
import NotificationModel
import Operations
public import Policy
import Postgres
import Redis

extension RedriveSettings {
  /// Reads the sections `redrive`, `kafka`, `notification` and `redis`. `redrive` holds
  /// - `group` (text, bongsu-redrive), `instance` (text), `topicPrefix` (text, `notification.`), `redisPrefix` (text,
  ///   `bongsu:`): as the router's.
  /// - `tiers` (four times with commas, `1m,5m,15m,1h`): how long the retry topics wait, in the order of their names.
  /// - `ladder` (names of retry topics with commas, `1m,5m,15m,1h`): where a delivery waits after its first failed
  ///   attempt, its second, and so on.
  /// - `ladders`, the same for single channels, or `events`.
  /// - `floors` (names of retry topics by `CHANNEL/CODE`): where a delivery waits at the least after a failure of that code;
  ///   with `*` at its end a code is all that begin so. APNs' own faults have 15m where nothing else is said.
  /// - `attempts` (number, 0 is one more than the ladder has steps): the most of a delivery.
  /// - `jitter` (time, 5s), `claimHorizon` (time, 48h), `localUsers` (number, 10000), `stopDeadline` (time, 10s).
  /// - `batch.records` (number, 500), `.bytes` (size, 1MB), `.inFlight` (number, 4).
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  /// - Parameter policy: of the section `policy`, which whoever composes a process reads.
  public init?(root: ConfigurationReader, policy: PolicySettings) {
    let kafka = KafkaSettings(root: root)
    let redis = RedisSettings(root: root)
    let database = ConnectionSettings(notification: root)
    let read = Read(root.section("redrive"))
    guard let kafka, let redis, let database else { return nil }
    self.init(kafka: kafka, database: database, redis: redis, policy: policy)
    read.apply(to: &self)
  }

  /// Reads redrive's own keys for what is wrong in them alone, on a machine that may have no redrive.
  public static func check(root: ConfigurationReader) { _ = Read(root.section("redrive")) }

  private struct Read {
    let group, topicPrefix, redisPrefix: String
    let instance: String?
    let ladders: RetryLadders
    let waits: TierWaits
    let jitter, claimHorizon, stopDeadline: Duration
    let localUsers: Int
    let batch: Batch

    init(_ section: ConfigurationReader) {
      group = section.string("group", default: ConsumerGroup.redrive)
      instance = section.string("instance")
      topicPrefix = section.string("topicPrefix", default: "notification.")
      redisPrefix = section.string("redisPrefix", default: "bongsu:")
      waits = TierWaits(section: section)
      ladders = RetryLadders(section: section)
      jitter = section.duration("jitter", in: .zero...(.seconds(60)), default: .seconds(5))
      claimHorizon = section.duration(
        "claimHorizon", in: .seconds(7_200)...(.seconds(604_800)), default: .seconds(172_800))
      localUsers = section.int("localUsers", in: 0...10_000_000, default: 10_000)
      stopDeadline = section.duration("stopDeadline", in: .seconds(1)...(.seconds(300)), default: .seconds(10))
      let batches = section.section("batch")
      var batch = Batch()
      batch.records = batches.int("records", in: 1...10_000, default: batch.records)
      batch.bytes = batches.size("bytes", in: (64 << 10)...(256 << 20), default: batch.bytes)
      batch.inFlight = batches.int("inFlight", in: 1...64, default: batch.inFlight)
      self.batch = batch
    }

    func apply(to settings: inout RedriveSettings) {
      (settings.group, settings.instance) = (group, instance)
      (settings.topicPrefix, settings.redisPrefix) = (topicPrefix, redisPrefix)
      (settings.ladders, settings.waits) = (ladders, waits)
      (settings.jitter, settings.claimHorizon) = (Int64(jitter / .milliseconds(1)), claimHorizon)
      (settings.localUsers, settings.batch, settings.stopDeadline) = (localUsers, batch, stopDeadline)
    }
  }
}

extension TierWaits {
  fileprivate init(section: ConfigurationReader) {
    self.init()
    let limits: ClosedRange<Duration> = .milliseconds(10) ... .seconds(86_400)
    let standard = RetryTier.allCases.map { Duration.milliseconds(self[$0]) }
    let waits = section.durations("tiers", in: limits, default: standard)
    guard waits.count == RetryTier.allCases.count else {
      section.report(.badValue, "tiers", "needs four times, as 1m,5m,15m,1h")
      return
    }
    for (tier, wait) in zip(RetryTier.allCases, waits) { self[tier] = Int64(wait / .milliseconds(1)) }
    if !isAscending { section.report(.badValue, "tiers", "needs times of which none is shorter than the one before") }
  }
}

extension RetryLadders {
  fileprivate init(section: ConfigurationReader) {
    self.init()
    let attempts = section.int("attempts", in: 0...50, default: 0)
    let ladder = { (key: String, text: String) in RetryLadder(section, key, text, attempts: attempts) }
    if let made = ladder("ladder", section.string("ladder", default: "1m,5m,15m,1h")) { standard = made }
    for (name, text) in section.map("ladders").sorted(by: { $0.key < $1.key }) {
      let key = "ladders.\(name)"
      if let channel = DeliveryChannel(rawValue: name) {
        own[channel] = ladder(key, text)
      } else if name == "events" {
        events = ladder(key, text)
      } else {
        section.report(.badValue, key, "is no channel; there are push.ios, push.android, sms, email, and events")
      }
    }
    readFloors(section)
  }

  private mutating func readFloors(_ section: ConfigurationReader) {
    for (name, text) in section.map("floors").sorted(by: { $0.key < $1.key }) {
      guard let failures = RetryFloors.Failures(name: name) else {
        section.report(
          .badValue, "floors.\(name)",
          "needs a channel, or events, and a code, as push.ios/Shutdown or push.ios/HTTP_5*")
        continue
      }
      if let tier = RetryTier(name: text) {
        floors[failures] = tier
      } else {
        section.report(.badValue, "floors.\(name)", "needs the name of a retry topic: 1m, 5m, 15m or 1h")
      }
    }
  }
}

extension RetryFloors.Failures {
  /// - Parameter name: `CHANNEL/CODE`.
  fileprivate init?(name: String) {
    guard let slash = name.firstIndex(of: "/") else { return nil }
    let (word, rest) = (String(name[..<slash]), String(name[name.index(after: slash)...]))
    let channel = DeliveryChannel(rawValue: word)
    let isStart = rest.hasSuffix("*")
    let code = isStart ? String(rest.dropLast()) : rest
    guard channel != nil || word == "events", !rest.isEmpty, code.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !code.contains("*")
    else { return nil }
    self.init(channel: channel, code: code, isStart: isStart)
  }
}

extension RetryLadder {
  /// - Parameter attempts: 0: one more than there are steps.
  fileprivate init?(_ section: ConfigurationReader, _ key: String, _ text: String, attempts: Int) {
    let words = text.split(separator: ",").map { $0.split(separator: " ").joined() }
    let steps = words.compactMap { RetryTier(name: $0) }
    guard !steps.isEmpty, steps.count == words.count, steps == steps.sorted() else {
      section.report(.badValue, key, "needs names of retry topics, none shorter than the one before, as 1m,5m,15m,1h")
      return nil
    }
    self.init(steps, attempts: attempts == 0 ? nil : attempts)
  }
}
