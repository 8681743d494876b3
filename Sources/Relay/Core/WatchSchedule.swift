/// When a watcher does what. Times are monotonic nanoseconds.
struct WatchSchedule {
  enum Task: String, CaseIterable { case look, heartbeat, maintenance }

  private static let lookInterval: Int64 = 5_000_000_000
  private var intervals: [Task: Int64] = [.look: lookInterval]
  private var next: [Task: Int64] = [:]

  /// - Parameters:
  ///   - heartbeat: zero is never.
  ///   - maintenance: nil is never.
  init(heartbeat: Duration, maintenance: Duration?, now: Int64) {
    if heartbeat > .zero { intervals[.heartbeat] = Self.nanoseconds(heartbeat) }
    if let maintenance, maintenance > .zero { intervals[.maintenance] = Self.nanoseconds(maintenance) }
    for task in intervals.keys { next[task] = now }
  }

  /// What is to be done now; each comes again after its interval, however late it was.
  mutating func due(now: Int64) -> [Task] {
    let tasks = Task.allCases.filter { (next[$0] ?? .max) <= now }
    for task in tasks { next[task] = now + (intervals[task] ?? 0) }
    return tasks
  }

  func nanosecondsToNext(now: Int64) -> Int64 { max(0, (next.values.min() ?? now) - now) }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
  }
}
