/// The failed attempts that were scheduled last, so that one that is told twice within reach goes on once. It is memory
/// alone, and none of it outlives the clients whose acknowledgements stand behind it: what was scheduled and not
/// acknowledged must be scheduled again.
struct RepeatGuard {
  private let half: Int
  private var young: Set<String> = []
  private var old: Set<String> = []

  init(capacity: Int = 50_000) { half = max(1, capacity / 2) }

  func contains(_ ticket: String) -> Bool { young.contains(ticket) || old.contains(ticket) }

  mutating func insert(_ tickets: some Sequence<String>) {
    for ticket in tickets {
      if young.count >= half { (old, young) = (young, []) }
      young.insert(ticket)
    }
  }

  mutating func removeAll() { (young, old) = ([], []) }
}
