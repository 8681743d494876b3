/// What a proxy has been asked to do, and what it did.
struct FaultPlan: Sendable {
  struct Cut: Sendable {
    var bytes: Int
    var direction: FaultProxy.Direction
  }

  var cut: Cut?
  var cutNow = false
  var isPaused = false
  /// Which way nothing goes on, and what has come meanwhile.
  var holds: FaultProxy.Direction?
  var heldBytes = 0
  var refuses = false
  var isOver = false
  var cutCount = 0

  /// How many of `count` bytes may still go that way; nil when no cut is due. Reaching zero cuts the connection.
  mutating func allowance(_ direction: FaultProxy.Direction, _ count: Int) -> Int? {
    guard var due = cut, due.direction == direction else { return nil }
    guard count >= due.bytes else {
      due.bytes -= count
      cut = due
      return nil
    }
    cutCount += 1
    cut = nil
    return due.bytes
  }

  /// Whether all connections are to be cut, once.
  mutating func takeCutNow() -> Bool {
    defer { cutNow = false }
    return cutNow
  }
}
