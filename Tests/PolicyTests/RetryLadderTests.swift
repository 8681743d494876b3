import NotificationModel
import Policy
import TestSupport
import Testing

@Suite("The retry ladder") struct RetryLadderTests {
  private static let now = UnixTime(milliseconds: 1_800_000_000_000)

  private static let slow: [RetryTier] = [.fifteenMinutes, .fifteenMinutes, .fifteenMinutes, .oneHour]

  private static func step(
    _ attempt: Int, channel: DeliveryChannel? = .sms, code: String = "X", retryAfter: Int64? = nil,
    _ ladder: RetryLadder = RetryLadder(), _ waits: TierWaits = TierWaits()
  ) -> RetryLadder.Step? {
    ladder.step(
      after: .init(channel: channel, code: code, attempt: attempt, retryAfter: retryAfter), waits, now: now)
  }

  @Test(arguments: [
    (1, RetryTier.oneMinute), (2, .fiveMinutes), (3, .fifteenMinutes), (4, .oneHour), (5, nil), (6, nil),
    (0, .oneMinute),
  ])
  func `each step is used once, and then it has had its attempts`(attempt: Int, tier: RetryTier?) {
    #expect(Self.step(attempt)?.tier == tier && Self.step(attempt)?.notBefore == nil)
    #expect(Self.step(attempt, channel: nil)?.tier == tier)
  }

  @Test(arguments: [
    ("InternalServerError", DeliveryChannel.pushIOS, slow), ("ServiceUnavailable", .pushIOS, slow),
    ("Shutdown", .pushIOS, slow), ("HTTP_502", .pushIOS, slow), ("TooManyRequests", .pushIOS, RetryTier.allCases),
    ("InternalServerError", .pushAndroid, RetryTier.allCases),
  ])
  func `after a fault of APNs' own servers a quarter of an hour is the least`(
    code: String, channel: DeliveryChannel, tiers: [RetryTier]
  ) {
    #expect((1...4).compactMap { Self.step($0, channel: channel, code: code)?.tier } == tiers)
  }

  @Test func `the least wait is by channel and code, or the longest start of it, and can be set otherwise`() {
    var floors = RetryFloors()
    floors[.init(channel: .sms, code: "4", isStart: true)] = .fiveMinutes
    floors[.init(channel: .sms, code: "42", isStart: true)] = .oneHour
    floors[.init(channel: .sms, code: "421")] = .fifteenMinutes
    floors[.init(channel: nil, code: "", isStart: true)] = .fiveMinutes
    floors[.init(channel: .pushIOS, code: "Shutdown")] = .oneMinute
    func first(_ channel: DeliveryChannel?, _ code: String) -> RetryTier? {
      let failure = RetryLadder.Failure(channel: channel, code: code, attempt: 1)
      return RetryLadder().step(after: failure, TierWaits(), floors: floors, now: Self.now)?.tier
    }
    #expect(first(.sms, "400") == .fiveMinutes && first(.sms, "429") == .oneHour)
    #expect(first(.sms, "421") == .fifteenMinutes)
    #expect(first(.sms, "500") == .oneMinute && first(.email, "421") == .oneMinute && first(nil, "any") == .fiveMinutes)
    #expect(first(.pushIOS, "Shutdown") == .oneMinute && first(.pushIOS, "HTTP_503") == .fifteenMinutes)
    let last = RetryLadder.Failure(channel: .sms, code: "400", attempt: 4)
    #expect(RetryLadder().step(after: last, TierWaits(), floors: floors, now: Self.now)?.tier == .oneHour)
  }

  @Test(arguments: [
    (30_000, 1, RetryTier.oneMinute), (60_000, 1, .oneMinute), (60_001, 1, .fiveMinutes), (600_000, 1, .fifteenMinutes),
    (600_000, 4, .oneHour), (7_200_000, 1, .oneHour),
  ])
  func `what the other side asked for chooses a longer tier, never a shorter one`(
    retryAfter: Int64, attempt: Int, tier: RetryTier
  ) {
    let step = Self.step(attempt, retryAfter: retryAfter)
    #expect(step?.tier == tier && step?.notBefore?.milliseconds == Self.now.milliseconds + retryAfter)
  }

  @Test func `a shorter ladder with more attempts repeats its last step`() {
    let ladder = RetryLadder([.oneMinute, .fiveMinutes], attempts: 5)
    let tiers = (1...5).map { Self.step($0, ladder)?.tier }
    #expect(tiers == [.oneMinute, .fiveMinutes, .fiveMinutes, .fiveMinutes, nil])
    #expect(Self.step(1, RetryLadder([.oneHour], attempts: 1)) == nil)
    #expect(RetryLadder([.oneMinute]).attempts == 2)
  }

  @Test func `what is left of a wait chooses the tier, and the longest goes round`() {
    let waits = TierWaits()
    let minute: Int64 = 60_000
    let tiers = [1, minute, minute + 1, 6 * minute, 60 * minute, 600 * minute].map { waits.tier(for: $0) }
    #expect(tiers == [.oneMinute, .oneMinute, .fiveMinutes, .fifteenMinutes, .oneHour, .oneHour])
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `for whatever ladder, tiers and failures it is never early, never shorter than before, and it ends`(seed: UInt64)
  {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      var waits = TierWaits()
      var wait: Int64 = 0
      for tier in RetryTier.allCases {
        wait += Int64.random(in: 1...1_000_000, using: &random)
        waits[tier] = wait
      }
      let steps = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        RetryTier.allCases.randomElement(using: &random)!
      }
      let attempts = Bool.random(using: &random) ? nil : Int.random(in: 1...9, using: &random)
      let ladder = RetryLadder(steps.sorted(), attempts: attempts)
      let channel = (DeliveryChannel.allCases + [nil]).randomElement(using: &random)!
      let code = ["InternalServerError", "X"].randomElement(using: &random)!
      let retryAfter = Bool.random(using: &random) ? nil : Int64.random(in: -1...5_000_000, using: &random)
      var last: Int64 = 0
      var made = 1
      while let step = Self.step(made, channel: channel, code: code, retryAfter: retryAfter, ladder, waits) {
        let least = waits[step.tier]
        if let retryAfter, retryAfter > 0 {
          #expect(max(least, (step.notBefore?.milliseconds ?? 0) - Self.now.milliseconds) >= retryAfter)
        }
        #expect(least >= last && step.tier >= ladder.steps[min(made, ladder.steps.count) - 1])
        (last, made) = (least, made + 1)
      }
      #expect(made == ladder.attempts)
    }
  }
}
