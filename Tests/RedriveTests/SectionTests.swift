import Configuration
import NotificationModel
import Policy
import Redrive
import Testing

@Suite("The section redrive") struct SectionTests {
  private func read(_ text: String) throws -> (settings: RedriveSettings?, problems: [String]) {
    let servers = "kafka: {bootstrapServers: 127.0.0.1:1}\nnotification: {dsn: dbname=n}\n"
    let root = ConfigurationReader(file: try ConfigurationFile(text: servers + text, name: "bongsu.yaml"))
    let settings = RedriveSettings(root: root, policy: PolicySettings())
    do {
      try root.finish()
      return (settings, [])
    } catch {
      return (settings, error.problems.map(\.description))
    }
  }

  @Test func `what it says counts`() throws {
    let (settings, problems) = try read(
      """
      redrive:
        group: g
        instance: a
        topicPrefix: t.
        redisPrefix: "r:"
        tiers: 1s, 2s,3s,1m
        ladder: 1m,1m,1h
        ladders: {sms: "5m", events: "1h"}
        floors: {"push.ios/HTTP_5*": 1h, push.ios/Shutdown: 1m, "sms/9*": 5m, events/UNKNOWN_USER: 15m}
        attempts: 7
        jitter: 0
        claimHorizon: 3h
        localUsers: 9
        stopDeadline: 3s
        batch: {records: 7, bytes: 2MB, inFlight: 2}
      """)
    #expect(problems == [])
    let redrive = try #require(settings)
    #expect(redrive.group == "g" && redrive.instance == "a" && redrive.topicPrefix == "t." && redrive.localUsers == 9)
    #expect(RetryTier.allCases.map { redrive.waits[$0] } == [1_000, 2_000, 3_000, 60_000] && redrive.waits.isShortened)
    #expect(redrive.ladders.standard == RetryLadder([.oneMinute, .oneMinute, .oneHour], attempts: 7))
    #expect(redrive.ladders.own == [.sms: RetryLadder([.fiveMinutes], attempts: 7)])
    #expect(redrive.ladders.events?.steps == [.oneHour] && redrive.jitter == 0)
    var floors = RetryFloors()
    floors[.init(channel: .pushIOS, code: "HTTP_5", isStart: true)] = .oneHour
    floors[.init(channel: .pushIOS, code: "Shutdown")] = .oneMinute
    floors[.init(channel: .sms, code: "9", isStart: true)] = .fiveMinutes
    floors[.init(channel: nil, code: "UNKNOWN_USER")] = .fifteenMinutes
    #expect(redrive.ladders.floors == floors)
    #expect(redrive.batch.records == 7 && redrive.batch.bytes == 2 << 20 && redrive.batch.inFlight == 2)
  }

  @Test func `without a word it is the ladder of the names`() throws {
    let redrive = try #require(try read("").settings)
    #expect(redrive.ladders.standard == RetryLadder() && redrive.ladders.standard.attempts == 5)
    #expect(redrive.waits == TierWaits() && !redrive.waits.isShortened)
    #expect(redrive.ladders.floors == RetryFloors())
  }

  @Test(arguments: [
    ("redrive: {tiers: \"1m,5m,15m\"}", "needs four times"), ("redrive: {tiers: \"1m,5m,15m,1\"}", "redrive.tiers"),
    ("redrive: {tiers: \"5m,1m,15m,1h\"}", "none is shorter"),
    ("redrive: {ladder: \"1m,2m\"}", "names of retry topics"),
    ("redrive: {ladder: \"5m,1m\"}", "names of retry topics"), ("redrive: {ladders: {fax: 1m}}", "is no channel"),
    ("redrive: {ladders: {sms: 2m}}", "names of retry topics"), ("redrive: {attempts: 51}", "redrive.attempts"),
    ("redrive: {floors: {fax/X: 5m}}", "needs a channel, or events, and a code"),
    ("redrive: {floors: {sms: 5m}}", "needs a channel, or events, and a code"),
    ("redrive: {floors: {sms/: 5m}}", "needs a channel, or events, and a code"),
    ("redrive: {floors: {\"sms/a*b\": 5m}}", "needs a channel, or events, and a code"),
    ("redrive: {floors: {sms/X: 2m}}", "needs the name of a retry topic"),
    ("redrive: {jitter: 2m}", "redrive.jitter"), ("redrive: {claimHorizon: 1m}", "redrive.claimHorizon"),
    ("redrive: {batch: {records: 0}}", "redrive.batch.records"), ("redrive: {tier: 1m}", "unknown key redrive.tier"),
  ])
  func `what it cannot use is named with its line`(text: String, words: String) throws {
    let problems = try read(text).problems
    #expect(problems.count == 1 && problems.first?.contains(words) == true, "\(problems)")
    #expect(problems.first?.hasPrefix("bongsu.yaml:3:") == true, "\(problems)")
  }
}
