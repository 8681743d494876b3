/// What a stand-in has seen since its start.
public struct SimulatorCounts: Sendable, Equatable {
  public var requests = 0
  /// Taken and correct, whether the answer arrived or not.
  public var accepted = 0
  /// Errors that were decided on, by reason.
  public var refused: [String: Int] = [:]

  public init() {}

  mutating func add(isAccepted: Bool, reason: String?) {
    requests += 1
    if isAccepted { accepted += 1 }
    if let reason { refused[reason, default: 0] += 1 }
  }
}

/// Counts, and what was received as far as there is room.
struct Ledger<Entry> {
  private(set) var counts = SimulatorCounts()
  private(set) var entries: [Entry] = []
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// - Parameter reason: of a refusal, if it is one.
  mutating func add(isAccepted: Bool, reason: String?, _ entry: () -> Entry) {
    counts.add(isAccepted: isAccepted, reason: reason)
    if entries.count < limit { entries.append(entry()) }
  }

  mutating func forget() { self = Ledger(limit: limit) }
}
