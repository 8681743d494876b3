/// What is due when: a binary heap. What is due at one time keeps its order.
struct TimerHeap<Value> {
  private struct Entry {
    let due: Int64
    let order: UInt64
    let value: Value

    func comes(before other: Entry) -> Bool { due != other.due ? due < other.due : order < other.order }
  }

  private var entries: [Entry] = []
  private var added: UInt64 = 0

  var count: Int { entries.count }

  /// When the first one is due.
  var next: Int64? { entries.first?.due }

  mutating func add(_ value: Value, due: Int64) {
    entries.append(Entry(due: due, order: added, value: value))
    added += 1
    var child = entries.count - 1
    while child > 0, entries[child].comes(before: entries[(child - 1) / 2]) {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// The first one, when it is due by `now`.
  mutating func takeDue(by now: Int64) -> Value? {
    guard let first = entries.first, first.due <= now else { return nil }
    let last = entries.removeLast()
    if !entries.isEmpty {
      entries[0] = last
      sink()
    }
    return first.value
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
        if entries[child].comes(before: entries[smallest]) { smallest = child }
      }
      guard smallest != parent else { return }
      entries.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
