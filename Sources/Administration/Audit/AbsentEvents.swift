/// Ids of events that the log does not know, up to a bound; the rest are only counted. Pure.
struct AbsentEvents {
  /// In small letters, in the order in which they were found.
  private(set) var ids: [String] = []
  private var open: Set<String> = []
  /// Those beyond the bound as well.
  private(set) var count = 0
  /// How many of them were met in Kafka.
  private(set) var met = 0
  private let most: Int

  /// - Parameter most: some hundred bytes each.
  init(most: Int = 200_000) { self.most = most }

  mutating func add(_ id: String) {
    count += 1
    guard ids.count < most else { return }
    let id = id.lowercased()
    if open.insert(id).inserted { ids.append(id) }
  }

  /// Every id is known, so that each may be looked for.
  var isWhole: Bool { ids.count == count }
  var isEmpty: Bool { count == 0 }
  /// All were met.
  var isDone: Bool { isWhole && open.isEmpty }

  /// An id of a record that a group has not finished: of an event, or of whatever else.
  mutating func meet(_ id: String) { if open.remove(id.lowercased()) != nil { met += 1 } }

  /// Those that were not met.
  func first(_ most: Int) -> [String] { Array(ids.lazy.filter { open.contains($0) }.prefix(most)) }
}
