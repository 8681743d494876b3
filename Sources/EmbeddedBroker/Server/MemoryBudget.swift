/// The bytes that the broker holds for its clients. Requests and answers have a half each: answers that nobody takes
/// keep no request from being read and handled.
struct ServerMemory {
  let requests: MemoryBudget
  let answers: MemoryBudget

  init(limit: Int) { (requests, answers) = (MemoryBudget(limit: limit / 2), MemoryBudget(limit: limit / 2)) }

  var used: Int { requests.used + answers.used }

  /// To be called in every turn.
  func serveLines() {
    requests.serveLine()
    answers.serveLine()
  }
}

/// Bytes of all connections together: requests that are read or wait, or answers that are not sent yet.
///
/// A connection that finds no room waits in line and is called when there is some.
final class MemoryBudget {
  let limit: Int
  private(set) var used = 0
  private var line: [() -> Void] = []

  init(limit: Int) { self.limit = limit }

  var hasRoom: Bool { used < limit }
  /// A quarter is left to those who come with nothing.
  var isRoomy: Bool { used < limit / 4 * 3 }
  var free: Int { max(limit - used, 0) }

  func take(_ bytes: Int) { used += bytes }

  /// Takes so much, if it is there. What is alone may take more than there is.
  func reserve(_ bytes: Int) -> Bool {
    guard used == 0 || used + bytes <= limit else { return false }
    used += bytes
    return true
  }

  func release(_ bytes: Int) { used -= bytes }

  /// Calls `resume` at a later turn, when there is room.
  func wait(_ resume: @escaping () -> Void) { line.append(resume) }

  /// Calls those who waited, once each, as long as there is room; to be called in every turn.
  func serveLine() {
    guard !line.isEmpty, hasRoom else { return }
    let waiting = line
    line = []
    for (index, resume) in waiting.enumerated() {
      guard hasRoom else {
        line = waiting[index...] + line
        return
      }
      resume()
    }
  }
}
