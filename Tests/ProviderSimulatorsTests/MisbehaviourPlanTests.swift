import Testing

@testable import ProviderSimulators

@Suite struct MisbehaviourPlanTests {
  private func refusal(_ reason: String) -> Misbehaviour { .refuse(status: 500, reason: reason) }

  @Test func `those for the next few are used up one after the other`() {
    var plan = MisbehaviourPlan()
    plan.add(refusal("A"), .next(2), path: "")
    plan.add(refusal("B"), .next(1), path: "")
    plan.add(refusal("none"), .next(0), path: "")
    let suffered = (0..<4).map { _ in plan.forRequest(path: "/") }
    #expect(suffered == [refusal("A"), refusal("A"), refusal("B"), nil])
  }

  @Test func `a path's rule leaves others alone`() {
    var plan = MisbehaviourPlan()
    plan.add(refusal("A"), .next(1), path: "/token")
    #expect(plan.forRequest(path: "/v1/token") == nil)
    #expect(plan.forRequest(path: "/token") == refusal("A"))
  }

  @Test func `connections and requests are counted apart`() {
    var plan = MisbehaviourPlan()
    plan.add(.wrongCertificate, .next(1), path: "")
    plan.add(.hang, .next(1), path: "")
    #expect(plan.forRequest(path: "/") == .hang)
    #expect(plan.forConnection() == .wrongCertificate)
    #expect(plan.forConnection() == nil && plan.forRequest(path: "/") == nil)
  }

  @Test func `a part suffers by chance, and the same part for the same seed`() {
    func run(_ part: Double, seed: UInt64) -> [Bool] {
      var plan = MisbehaviourPlan()
      plan.add(.hang, .fraction(part, seed: seed), path: "")
      return (0..<10_000).map { _ in plan.forRequest(path: "/") != nil }
    }
    // Of 200,000 a standard deviation is 205.
    #expect((59_200...60_800).contains((1...20).reduce(0) { $0 + run(0.3, seed: $1).count { $0 } }))
    #expect(run(0.3, seed: 1) == run(0.3, seed: 1))
    #expect(run(0.3, seed: 1) != run(0.3, seed: 2))
    #expect(run(0, seed: 1).contains(true) == false)
    #expect(run(1, seed: 1).contains(false) == false)
  }

  @Test func `all ends with the end of all`() {
    var plan = MisbehaviourPlan()
    plan.add(.hang, .all, path: "")
    #expect((0..<5).allSatisfy { _ in plan.forRequest(path: "/") == .hang })
    plan.clear()
    #expect(plan.forRequest(path: "/") == nil)
  }
}
