import Configuration
import NotificationModel
import Testing
import Worker

@Suite("The section worker, and the providers' pace") struct SectionTests {
  private func read(
    _ text: String, channel: DeliveryChannel = .pushIOS
  ) throws -> (settings: WorkerSettings?, problems: [String]) {
    let servers = "kafka: {bootstrapServers: 127.0.0.1:1}\n"
    let root = ConfigurationReader(file: try ConfigurationFile(text: servers + text, name: "bongsu.yaml"))
    let settings = WorkerSettings(root: root, channel: channel)
    _ = WorkerSettings.channel(root: root)
    do {
      try root.finish()
      return (settings, [])
    } catch {
      return (settings, error.problems.map(\.description))
    }
  }

  @Test func `what they say counts`() throws {
    let (settings, problems) = try read(
      """
      worker:
        channel: push.ios
        group: g
        instance: a
        topicPrefix: t.
        redisPrefix: "r:"
        unfinished: 7
        lease: 3s
        claimHorizon: 3h
        stopDeadline: 4s
        withoutRedis: hold
      apns: {inFlight: 5, rate: 6}
      """)
    #expect(problems == [])
    let worker = try #require(settings)
    #expect(worker.group == "g" && worker.instance == "a" && worker.topicPrefix == "t." && worker.redisPrefix == "r:")
    #expect(worker.unfinished == 7 && worker.lease == .seconds(3) && worker.claimHorizon == .seconds(10_800))
    #expect(worker.stopDeadline == .seconds(4) && worker.withoutRedis == .hold)
    #expect(worker.inFlight == 5 && worker.rate == 6)
  }

  @Test(
    arguments: [
      (.sms, WorkerSettings.WithoutRedis.hold), (.email, .send), (.pushIOS, .send), (.pushAndroid, .send),
    ] as [(DeliveryChannel, WorkerSettings.WithoutRedis)])
  func `each channel has a group of its own, and its way without Redis`(
    channel: DeliveryChannel, withoutRedis: WorkerSettings.WithoutRedis
  ) throws {
    let (settings, problems) = try read("worker: {channel: \(channel.rawValue)}", channel: channel)
    let worker = try #require(settings)
    #expect(problems == [] && worker.channel == channel && worker.group == "bongsu-worker-\(channel.rawValue)")
    #expect(worker.withoutRedis == withoutRedis && worker.rate == nil)
  }

  @Test(arguments: [
    ("worker: {channel: fax}", "one of push.ios, push.android, sms, email"),
    ("worker: {channel: sms, unfinished: 0}", "worker.unfinished"),
    ("worker: {channel: sms, lease: 10ms}", "worker.lease"),
    ("worker: {channel: sms, claimHorizon: 1h}", "worker.claimHorizon"),
    ("worker: {channel: sms, withoutRedis: drop}", "worker.withoutRedis"),
    ("worker: {channel: sms, grp: a}", "unknown key worker.grp"),
    ("worker: {channel: sms, stopDeadline: 0s}", "worker.stopDeadline"),
  ])
  func `what they cannot use is named with its line`(text: String, words: String) throws {
    let problems = try read(text).problems
    #expect(problems.count == 1 && problems.first?.contains(words) == true, "\(problems)")
    #expect(problems.first?.hasPrefix("bongsu.yaml:2:") == true, "\(problems)")
  }

  @Test(arguments: [("inFlight: 0", "apns.inFlight"), ("rate: -1", "apns.rate")])
  func `a pace that is none is named`(text: String, words: String) throws {
    let problems = try read("worker: {channel: push.ios}\napns: {\(text)}").problems
    #expect(problems.count == 1 && problems.first?.contains(words) == true, "\(problems)")
  }

  @Test func `a channel that is missing is named with its flag`() throws {
    let problems = try read("worker: {lease: 1s}").problems
    #expect(problems.count == 1 && problems.first?.contains("--channel") == true, "\(problems)")
  }
}
