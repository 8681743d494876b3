import Synchronization

/// What is on its way to a provider, by the tags of the client that carries it. Any thread may ask.
final class Flights<Call: Sendable>: Sendable {
  private let state = Mutex<(next: UInt64, all: [UInt64: Call])>((1, [:]))

  /// - Returns: the tag, which is used once.
  func begin(_ call: Call) -> UInt64 {
    state.withLock { state in
      defer { state.next += 1 }
      state.all[state.next] = call
      return state.next
    }
  }

  /// - Returns: nil for a tag that has ended.
  func end(_ tag: UInt64) -> Call? { state.withLock { $0.all.removeValue(forKey: tag) } }
}
