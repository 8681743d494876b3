import Foundation
import Runtime

/// The thread that makes all children.
///
/// The kernel sends a child's parent-death signal when the *thread* that made it ends, not only when the process does:
/// children of a pool's thread would be killed whenever the pool shrinks. This one lives as long as the process.
final class SpawnThread: @unchecked Sendable {
  static let shared = SpawnThread()

  private let condition = NSCondition()
  private var jobs: [() -> Void] = []
  private var thread: OwnedThread?

  private init() {
    thread = OwnedThread(name: "spawn") { [self] in while true { next()() } }
  }

  private func next() -> () -> Void {
    condition.lock()
    defer { condition.unlock() }
    while jobs.isEmpty { condition.wait() }
    return jobs.removeFirst()
  }

  /// Runs `body` there and waits for its result.
  func run<T: Sendable>(_ body: @escaping @Sendable () -> T) -> T {
    let answer = Answer<T>()
    condition.lock()
    jobs.append { answer.give(body()) }
    condition.signal()
    condition.unlock()
    return answer.take()
  }

  private final class Answer<T: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var value: T?

    func give(_ value: T) {
      condition.lock()
      self.value = value
      condition.signal()
      condition.unlock()
    }

    func take() -> T {
      condition.lock()
      defer { condition.unlock() }
      while true {
        if let value { return value }
        condition.wait()
      }
    }
  }
}
