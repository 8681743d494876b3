import NotificationModel
import Policy
import Testing

/// What the rate limiter is asked, and what follows from its answers.
@Suite struct RateTests {
  private let hour = RateWindow(limit: 5, period: .seconds(3_600))
  private let day = RateWindow(limit: 9, period: .seconds(86_400))

  @Test(arguments: [("order", false), ("login", false), ("news", true), ("sale", true)])
  func `what is transactional or about security is not counted`(category: String, isCounted: Bool) throws {
    let scene = Scene(category).agreed()
    let asked = try scene.judge().rateRequests(Scene.eventID)
    #expect(asked.map(\.channel) == (isCounted ? ["push", "sms", "email"] : []))
  }

  @Test func `a category may pass over limits`() throws {
    var scene = Scene("news")
    scene.audience.categories["news"]?.bypassesRateLimit = true
    #expect(try scene.judge().rateRequests(Scene.eventID) == [])
    #expect(try scene.deliveries.count == 3)
  }

  @Test func `by default each channel has 20 in an hour and 100 in a day`() throws {
    let asked = try Scene("news", channels: .all([.sms])).judge().rateRequests("e")
    let windows = [
      RateWindow(limit: 20, period: .seconds(3_600)), RateWindow(limit: 100, period: .seconds(86_400)),
    ]
    #expect(asked == [RateRequest(eventID: "e", userID: "1", channel: "sms", scopes: [RateScope("sms/*", windows)])])
  }

  @Test func `rules apply to their channel and category`() throws {
    var scene = Scene("news", channels: .all([.push, .sms]))
    scene.settings.rateRules = [
      RateRule(windows: [day]), RateRule(channel: .push, windows: [hour, day]),
      RateRule(category: "news", windows: [hour]), RateRule(channel: .sms, category: "news", windows: [hour]),
      RateRule(channel: .sms, category: "sale", windows: [hour]), RateRule(category: "order", windows: [hour]),
      RateRule(channel: .email, windows: [hour]),
    ]
    let asked = try scene.judge().rateRequests("e")
    let (all, news) = (RateScope("*/*", [day]), RateScope("*/news", [hour]))
    #expect(
      asked.map(\.scopes) == [
        [all, RateScope("push/*", [hour, day]), news], [all, news, RateScope("sms/news", [hour])],
      ])
    scene.settings.rateRules = []
    #expect(try scene.judge().rateRequests("e") == [])
  }

  /// Two people with two devices each, one of whom wants no e-mail, and an address without a person.
  private func crowd() -> Scene {
    let whom: [Recipient] = [.user(1), .email("a@example.com"), .user(2)]
    var scene = Scene("news", to: whom, channels: .all([.push, .email]))
    for id in [Int64(1), 2] {
      scene.audience.users[id] = Scene.person(id)
      scene.audience.users[id]?.devices.append(Scene.device(id * 10 + 4, .android))
    }
    scene.choices.channels[.email] = false
    return scene
  }

  @Test func `it is asked once for a person and channel, and not for what is not sent`() throws {
    let asked = try crowd().judge().rateRequests("e")
    #expect(asked.map { "\($0.userID) \($0.channel)" } == ["1 push", "2 push", "2 email"])
  }

  @Test func `an address without a person has nothing to be counted in`() throws {
    let scene = Scene("news", to: [.email("a@example.com")])
    guard case .deliver(_, let scopes) = try #require(scene.judge().verdicts.first).outcome else {
      Issue.record("not sent")
      return
    }
    #expect(scopes == [])
    #expect(try scene.judge().rateRequests("e") == [])
  }

  @Test func `an answer is for all of a person's devices`() throws {
    var judgement = try crowd().judge()
    judgement.settle([.limited, .allowed, .unknown], isAdvertising: false)
    #expect(
      judgement.outcomes == [
        "push.ios 13 RATE_LIMITED", "push.android 14 RATE_LIMITED", "email 11 OPTED_OUT", "push.ios r1 NO_ADDRESS",
        "email r1 sent", "push.ios 23 sent", "push.android 24 sent", "email 21 sent",
      ])
  }

  @Test func `advertising is not sent while nobody can tell`() throws {
    for (isAdvertising, unknown) in [(true, "RATE_UNKNOWN"), (false, "sent")] {
      var judgement = try Scene("sale").agreed().judge()
      judgement.settle([.unknown, .allowed, .limited], isAdvertising: isAdvertising)
      #expect(judgement.outcomes == ["push.ios 13 \(unknown)", "sms 12 sent", "email 11 RATE_LIMITED"])
    }
  }

  @Test func `what is exempt is not settled`() throws {
    var judgement = try Scene("order").judge()
    judgement.settle([.limited, .limited, .limited], isAdvertising: true)
    #expect(judgement.deliveries.count == 3)
  }

  @Test(arguments: [("order", false), ("login", false), ("news", false), ("sale", true), ("other", false)])
  func `whether it is advertising is the category's to say`(category: String, isAdvertising: Bool) {
    let scene = Scene(category)
    #expect(Judge(scene.settings, scene.audience, now: scene.now).isAdvertising(scene.event) == isAdvertising)
  }
}
