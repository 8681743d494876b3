import Configuration
import NotificationModel
import Policy
import Router
import Testing

@Suite("The sections router and policy") struct SectionTests {
  private func read(_ text: String) throws -> (settings: RouterSettings?, problems: [String]) {
    let servers = "kafka: {bootstrapServers: 127.0.0.1:1}\nnotification: {dsn: dbname=n}\n"
    let root = ConfigurationReader(file: try ConfigurationFile(text: servers + text, name: "bongsu.yaml"))
    let settings = RouterSettings(root: root)
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
      router:
        group: g
        instance: a
        topicPrefix: t.
        redisPrefix: "r:"
        lanes: 3
        batch: {events: 7, bytes: 1MB, inFlight: 2, linger: 0ms}
        release: {perSecond: 0}
        maxEventBytes: 2MB
        localUsers: 9
        claimHorizon: 2h
        stopDeadline: 3s
      policy:
        homeCountry: JP
        verifiedOnly: security, advertising
        longPush: truncate
        quietHours:
          - {country: JP, from: "22:00", until: "07:30", exempt: "email,sms"}
        advertising:
          - {country: JP, label: 廣告, sender: B, optOut: {sms: STOP}}
        rateLimits:
          - {channel: push, limit: 3, per: 1h}
          - {channel: push, limit: 9, per: 1d}
          - {category: news, limit: 1, per: 1d}
      """)
    #expect(problems == [])
    let router = try #require(settings)
    #expect(router.group == "g" && router.instance == "a" && router.topics.prefix == "t." && router.lanes == 3)
    #expect(router.batch.events == 7 && router.batch.bytes == 1 << 20 && router.batch.linger == .zero)
    #expect(router.release.perSecond == 0 && router.localUsers == 9 && router.claimHorizon == .seconds(7_200))
    let policy = router.policy
    #expect(policy.homeCountry == "JP" && policy.verifiedOnly == [.security, .advertising])
    #expect(policy.longPush == .truncate && policy.quietHours.count == 1)
    #expect(policy.quietHours.first?.exempt == [.email, .sms] && policy.quietHours.first?.until == 450)
    #expect(policy.advertising["JP"]?.optOut == [.sms: "STOP"])
    #expect(policy.rateRules.map(\.windows.count) == [2, 1])
  }

  @Test(arguments: [
    ("router: {lanes: 0}", "router.lanes"), ("router: {batch: {events: 0}}", "router.batch.events"),
    ("router: {batch: {linger: 2s}}", "router.batch.linger"), ("router: {release: {perSecond: -1}}", "perSecond"),
    ("router: {maxEventBytes: 1kB}", "router.maxEventBytes"), ("router: {claimHorizon: 1m}", "router.claimHorizon"),
    ("router: {topcPrefix: a}", "unknown key router.topcPrefix"), ("policy: {homeCountry: kr}", "two capital letters"),
    ("policy: {longPush: cut}", "policy.longPush"), ("policy: {verifiedOnly: none}", "policy.verifiedOnly"),
    ("policy: {quietHours: [{from: 25:00}]}", "a time of day"),
    ("policy: {quietHours: [{from: \"08:00\"}]}", "the hours would never end"),
    ("policy: {quietHours: [{timeZone: Seoul}]}", "no time zone such as Asia/Seoul"),
    ("policy: {quietHours: [{exempt: fax}]}", "not known here"),
    ("policy: {advertising: [{sender: A, optOut: {fax: B}}]}", "is no channel"),
    ("policy: {rateLimits: [{channel: fax}]}", "is no channel"), ("policy: {rateLimits: [{limit: 0}]}", "limit"),
  ])
  func `what they cannot use is named with its line`(text: String, words: String) throws {
    let problems = try read(text).problems
    #expect(problems.count == 1 && problems.first?.contains(words) == true, "\(problems)")
    #expect(problems.first?.hasPrefix("bongsu.yaml:3:") == true, "\(problems)")
  }

  @Test func `advertising without a sender is told by its place in the list`() throws {
    let problems = try read("policy: {advertising: [{country: KR}]}").problems
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix("policy.advertising.0.sender is missing") == true, "\(problems)")
  }

  @Test func `servers that are missing are named with their flags`() throws {
    let root = ConfigurationReader(file: try ConfigurationFile(text: "router: {lanes: 1}", name: "bongsu.yaml"))
    #expect(RouterSettings(root: root) == nil)
    let problems = #expect(throws: ConfigurationError.self) { try root.finish() }?.problems.map(\.description) ?? []
    #expect(problems.contains { $0.contains("--dsn") } && problems.contains { $0.contains("--bootstrap-servers") })
  }
}
