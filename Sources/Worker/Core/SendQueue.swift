import NotificationModel

/// What is to be sent, in the order in which it came, and never two to one address at once: a phone shows them as they
/// arrive.
struct SendQueue {
  /// Tags that may be sent, the oldest first.
  private var ready: [UInt64] = []
  private var first = 0
  /// Behind one that is being sent, by address.
  private var behind: [DeliveryAddress: [UInt64]] = [:]

  var readyCount: Int { ready.count - first }

  mutating func add(_ tag: UInt64, _ address: DeliveryAddress) {
    if behind[address] != nil {
      behind[address]?.append(tag)
    } else {
      behind[address] = []
      ready.append(tag)
    }
  }

  /// Takes the oldest ones out; each keeps its address until it is `done` or given back.
  mutating func take(_ count: Int) -> [UInt64] {
    let end = min(ready.count, first + max(0, count))
    let taken = Array(ready[first..<end])
    first = end
    if first > 1_024, first * 2 > ready.count {
      ready.removeFirst(first)
      first = 0
    }
    return taken
  }

  /// Puts back what was taken and not sent, before all others.
  mutating func giveBack(_ tags: [UInt64]) {
    ready = tags + ready[first...]
    first = 0
  }

  /// The address is free for the next one.
  mutating func done(_ address: DeliveryAddress) {
    guard var waiting = behind[address] else { return }
    if waiting.isEmpty {
      behind[address] = nil
    } else {
      ready.append(waiting.removeFirst())
      behind[address] = waiting
    }
  }

  /// Forgets some that were not taken.
  /// - Parameter jobs: their addresses. What was taken among them keeps its address until it is `done`.
  mutating func remove(_ jobs: [UInt64: DeliveryAddress]) {
    for address in Set(jobs.values) {
      behind[address]?.removeAll { jobs[$0] != nil }
    }
    let gone = ready[first...].filter { jobs[$0] != nil }
    ready = ready[first...].filter { jobs[$0] == nil }
    first = 0
    for tag in gone { if let address = jobs[tag] { done(address) } }
  }
}
