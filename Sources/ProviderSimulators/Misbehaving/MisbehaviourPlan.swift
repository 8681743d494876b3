/// Which request or connection suffers from what. Of several rules the first that fits counts; each that is for some
/// requests is used up by them.
struct MisbehaviourPlan {
  private struct Rule {
    let misbehaviour: Misbehaviour
    let path: String
    var extent: Misbehaviour.Extent
    var chance: SeededChance
  }

  private var rules: [Rule] = []

  /// - Parameter path: how a request's path must begin; empty for any.
  mutating func add(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent, path: String) {
    var seed: UInt64 = 0
    if case .fraction(_, let given) = extent { seed = given }
    rules.append(Rule(misbehaviour: misbehaviour, path: path, extent: extent, chance: SeededChance(seed: seed)))
  }

  mutating func clear() { rules = [] }

  mutating func forRequest(path: String) -> Misbehaviour? {
    next { $0.misbehaviour != .wrongCertificate && path.hasPrefix($0.path) }
  }

  mutating func forConnection() -> Misbehaviour? { next { $0.misbehaviour == .wrongCertificate } }

  private mutating func next(_ fits: (Rule) -> Bool) -> Misbehaviour? {
    for index in rules.indices where fits(rules[index]) && takes(index) {
      defer { rules.removeAll { $0.extent == .next(0) } }
      return rules[index].misbehaviour
    }
    return nil
  }

  private mutating func takes(_ index: Int) -> Bool {
    switch rules[index].extent {
    case .all: return true
    case .fraction(let part, _): return rules[index].chance.next() < part
    case .next(let count):
      rules[index].extent = .next(count - 1)
      return count > 0
    }
  }
}

/// SplitMix64, as numbers from 0 up to 1.
struct SeededChance {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    value ^= value >> 31
    return Double(value >> 11) / Double(1 << 53)
  }
}
