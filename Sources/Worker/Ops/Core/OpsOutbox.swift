import Runtime

/// How telling a message ended.
enum OpsAnswer: Sendable, Equatable {
  case sent
  /// It may succeed later, not before that time.
  case again(code: String, after: Duration? = nil)
  /// It never can.
  case never(code: String)
}

/// Messages on their way to each of the places that are told, with their attempts. An alert is never told of by an alert:
/// what cannot be told in all its attempts is given up.
struct OpsOutbox {
  struct Job: Sendable, Equatable {
    let sink: Int
    let message: OpsMessage
    var attempt = 0
    var dueAt: Int64
    var isInFlight = false
  }

  /// What an answer led to.
  enum Step: Equatable {
    case sent
    case again(code: String, attempt: Int)
    case givenUp(code: String)
  }

  private let attempts: Int
  private var jobs: [UInt64: Job] = [:]
  /// Places that a message has still to be told to.
  private var left: [String: Int] = [:]
  private var nextTag: UInt64 = 1
  private static let (first, most): (Double, Double) = (1_000_000_000, 120_000_000_000)
  private static let longestWait: Duration = .seconds(300)

  /// - Parameter attempts: of one message to one place.
  init(attempts: Int) { self.attempts = attempts }

  var count: Int { jobs.count }
  var inFlight: Int { jobs.values.count { $0.isInFlight } }
  /// When there is something to send; nil: not before an answer.
  var nextAt: Int64? { jobs.values.filter { !$0.isInFlight }.map(\.dueAt).min() }

  mutating func add(_ message: OpsMessage, sinks: Int, now: Int64) {
    left[message.id, default: 0] += sinks
    for sink in 0..<sinks {
      jobs[nextTag] = Job(sink: sink, message: message, dueAt: now)
      nextTag += 1
    }
  }

  /// What is to be sent now, in order.
  mutating func take(now: Int64) -> [(tag: UInt64, job: Job)] {
    let due = jobs.filter { !$0.value.isInFlight && $0.value.dueAt <= now }.keys.sorted()
    return due.compactMap { tag in
      jobs[tag]?.isInFlight = true
      jobs[tag]?.attempt += 1
      return jobs[tag].map { (tag, $0) }
    }
  }

  /// - Parameter chance: 0..<1, so that several do not come at once.
  /// - Returns: what it led to, and the message once it is over everywhere; nil for an answer that nobody waits for.
  mutating func end(
    _ tag: UInt64, _ answer: OpsAnswer, now: Int64, chance: Double
  ) -> (sink: Int, step: Step, finished: OpsMessage?)? {
    guard var job = jobs[tag], job.isInFlight else { return nil }
    if case .again(let code, let wait) = answer, job.attempt < attempts {
      (job.isInFlight, job.dueAt) = (false, now + Self.wait(job.attempt, wait, chance))
      jobs[tag] = job
      return (job.sink, .again(code: code, attempt: job.attempt), nil)
    }
    jobs[tag] = nil
    let rest = (left[job.message.id] ?? 1) - 1
    left[job.message.id] = rest > 0 ? rest : nil
    let finished = rest > 0 ? nil : job.message
    return switch answer {
    case .sent: (job.sink, .sent, finished)
    case .again(let code, _), .never(let code): (job.sink, .givenUp(code: code), finished)
    }
  }

  /// Doubles, and is half by chance.
  private static func wait(_ attempt: Int, _ asked: Duration?, _ chance: Double) -> Int64 {
    var whole = first
    for _ in 1..<max(1, min(attempt, 20)) { whole *= 2 }
    let own = Int64(min(most, whole) * (0.5 + chance / 2))
    let other = min(asked ?? .zero, longestWait) / .nanoseconds(1)
    return max(own, Int64(other))
  }
}
