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
  var counts = SimulatorCounts()
  private(set) var entries: [Entry] = []
  private let limit: Int

  /// - Parameter limit: how many entries are kept.
  init(limit: Int) { self.limit = limit }

  /// - Parameter reason: of a refusal, if it is one.
  mutating func add(isAccepted: Bool, reason: String?, _ entry: () -> Entry) {
    counts.add(isAccepted: isAccepted, reason: reason)
    keep(entry)
  }

  /// - Returns: false where there was no room.
  @discardableResult
  mutating func keep(_ entry: () -> Entry) -> Bool {
    guard entries.count < limit else { return false }
    entries.append(entry())
    return true
  }

  mutating func forget() { self = Ledger(limit: limit) }
}
