/// What happens beside the orders of a demo, each once and at its place among them.
struct DemoActs {
  enum Act: Equatable {
    /// A provider goes away for a while.
    case outage
    /// A person wants no pushes any more.
    case optOut
  }

  private var left: [(order: Int, act: Act)]
  private(set) var hasOptedOut = false

  init(_ plan: OrderPlan) {
    let outage = plan.settings.outage > .zero ? [(order: plan.settings.orders / 4, act: Act.outage)] : []
    left = outage + [(order: plan.settings.orders / 2, act: .optOut)]
  }

  /// Those whose place is before an order.
  mutating func due(before order: Int) -> [Act] {
    let acts = left.filter { $0.order <= order }.map(\.act)
    left.removeAll { $0.order <= order }
    if acts.contains(.optOut) { hasOptedOut = true }
    return acts
  }
}
