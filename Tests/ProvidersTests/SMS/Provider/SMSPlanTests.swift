import NotificationModel
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("Calls to vendors") struct SMSPlanTests {
  private static func plan(
    _ requests: [SendRequest], _ vendors: [StubVendor], resting: [Int: SendFailure] = [:]
  ) -> SMSPlan {
    var choice = VendorChoice(vendors: vendors.count)
    for (vendor, failure) in resting { choice.ended(vendor, failure, now: SMS.now) }
    return SMSPlan(requests.map { SMSItem(request: $0) }, vendors, &choice, now: SMS.now)
  }

  private static func tags(_ plan: SMSPlan) -> [[UInt64]] { plan.calls.map { $0.items.map(\.request.tag) } }

  @Test func `deliveries of one group go together, up to the vendor's batch`() {
    let plan = Self.plan(SMS.requests(5), [StubVendor(batch: 2)])
    #expect(Self.tags(plan) == [[1, 2], [3, 4], [5]])
    #expect(plan.calls.allSatisfy { $0.vendor == 0 } && plan.reports.isEmpty)
  }

  @Test func `groups are kept apart`() {
    let requests = [SMS.request(1), SMS.request(2, category: "event"), SMS.request(3)]
    #expect(Self.tags(Self.plan(requests, [StubVendor()])) == [[1, 3], [2]])
  }

  @Test func `no number is twice in a call`() {
    let numbers = ["+821000000001", "+821000000001", "+821000000002", "+821000000001"]
    let requests = numbers.enumerated().map { SMS.request(UInt64($0 + 1), to: $1) }
    #expect(Self.tags(Self.plan(requests, [StubVendor()])) == [[1], [2, 3], [4]])
  }

  @Test func `the first vendor that serves a number gets it, and none where none does`() {
    let vendors = [StubVendor(countries: ["+82"]), StubVendor(countries: ["+1"])]
    let requests = [SMS.request(1), SMS.request(2, to: "+12025550123"), SMS.request(3, to: "+447700900123")]
    let plan = Self.plan(requests, vendors)
    #expect(Self.tags(plan) == [[1], [2]] && plan.calls.map(\.vendor) == [0, 1])
    #expect(plan.reports == [SendReport(tag: 3, .failed(SendFailure(.permanent, code: "NUMBER_NOT_SERVED")))])
  }

  @Test func `what is wrong with a text counts more than a number that others do not serve`() {
    let vendors = [StubVendor(countries: ["+1"]), StubVendor(countries: ["+82"])]
    let plan = Self.plan([SMS.request(1, String(repeating: "a", count: 1_000))], vendors)
    #expect(plan.calls.isEmpty)
    #expect(plan.reports == [SendReport(tag: 1, .failed(SendFailure(.permanent, code: "TEXT_TOO_LONG")))])
  }

  @Test func `a vendor that rests is passed over`() {
    let resting = [0: SendFailure(.providerBusy, code: "a")]
    let plan = Self.plan(SMS.requests(2), [StubVendor(), StubVendor()], resting: resting)
    #expect(plan.calls.map(\.vendor) == [1] && Self.tags(plan) == [[1, 2]])
  }

  @Test(
    arguments: [
      ([SendFailure.Effect.providerBusy, .providerBusy], SendFailure.Effect.providerBusy, "a"),
      ([.providerThrottles, .providerBusy], .providerThrottles, "a"),
      ([.providerBusy, .providerThrottles], .providerThrottles, "b"),
      ([.providerRefuses, .providerBusy], .providerBusy, "b"),
      ([.providerRefuses, .providerRefuses], .providerRefuses, "a"),
      ([.unknown, .providerRefuses], .providerRefuses, "b"), ([.unknown, .unknown], .providerBusy, "NO_VENDOR"),
    ])
  func `where all rest, it is the provider that takes nothing`(
    effects: [SendFailure.Effect], effect: SendFailure.Effect, code: String
  ) {
    let resting = [0: SendFailure(effects[0], code: "a"), 1: SendFailure(effects[1], code: "b")]
    let plan = Self.plan(SMS.requests(1), [StubVendor(), StubVendor()], resting: resting)
    #expect(plan.calls.isEmpty)
    #expect(
      plan.reports == [
        SendReport(tag: 1, .failed(SendFailure(effect, code: code, retryAfter: .seconds(5), isOwnRest: true)))
      ])
  }

  @Test func `vendors that have not taken it are not asked again`() {
    var choice = VendorChoice(vendors: 2)
    let failed = SMSItem(request: SMS.request(1), failures: [0: SendFailure(.providerBusy, code: "a")])
    let vendors = [StubVendor(), StubVendor()]
    #expect(SMSPlan([failed], vendors, &choice, now: SMS.now).calls.map(\.vendor) == [1])
    var twice = failed
    twice.failures[1] = SendFailure(.providerThrottles, code: "b", retryAfter: .seconds(9))
    let plan = SMSPlan([twice], vendors, &choice, now: SMS.now)
    #expect(
      plan.reports == [
        SendReport(tag: 1, .failed(SendFailure(.providerThrottles, code: "b", retryAfter: .seconds(9))))
      ])
  }

  @Test(arguments: 1...100)
  func `each delivery is in one call or one report`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let vendors = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      let country = ["+82", "+1", "+"].randomElement(using: &random)!
      return StubVendor(batch: Int.random(in: 1...5, using: &random), countries: [country])
    }
    let requests = (1...UInt64.random(in: 1...40, using: &random)).map { tag in
      let start = ["+8210", "+1202", "+4477"].randomElement(using: &random)!
      let number = "\(start)000000\(Int.random(in: 0...9, using: &random))"
      return SMS.request(tag, to: number, category: Bool.random(using: &random) ? "event" : "order")
    }
    let resting = Bool.random(using: &random) ? [0: SendFailure(.providerBusy, code: "a")] : [:]
    let plan = Self.plan(requests, vendors, resting: resting)
    let tags = Self.tags(plan).flatMap { $0 } + plan.reports.map(\.tag)
    #expect(tags.sorted() == requests.map(\.tag))
    for call in plan.calls {
      #expect(call.items.count <= vendors[call.vendor].batch)
      #expect(Set(call.items.map(\.request.delivery.address)).count == call.items.count)
      for item in call.items { #expect((try? vendors[call.vendor].group(of: item.request)) == call.group) }
    }
  }
}
