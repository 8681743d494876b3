import Runtime

/// One thread of the pool, as the queue knows it.
final class SMTPWorker: Sendable {
  /// There may be a mail for it, or it is to end.
  let wake = WakeSignal()
}

/// A mail with when it has waited for too long, in monotonic nanoseconds.
struct PendingMail: Sendable {
  var mail: SMTPMail
  var deadline: Int64

  func ended(_ failure: SMTPFailure) -> SMTPOutcome { SMTPOutcome(tag: mail.tag, .failure(failure)) }
}

/// What waits, and who works. It decides how many threads there are, and starts none.
struct SMTPQueue {
  let settings: SMTPClientSettings
  private var mails: [PendingMail?] = []
  private var start = 0
  private var bytes = 0
  /// The one with the most recent mail at the end: the others' connections may grow old.
  private var idle: [SMTPWorker] = []
  private(set) var workers = 0
  /// Started or woken, and not here yet.
  private var called = 0
  private(set) var inFlight = 0
  private(set) var isStopping = false

  init(_ settings: SMTPClientSettings) { self.settings = settings }

  var count: Int { mails.count - start }

  /// What to do after a change, outside of the lock.
  struct Calls {
    var ended: [SMTPOutcome] = []
    var woken: [SMTPWorker] = []
    /// Threads to start.
    var started = 0
  }

  /// Takes mails that were checked.
  mutating func add(_ added: [SMTPMail], now: Int64) -> Calls {
    var calls = Calls()
    let deadline = now + Int64(settings.timeout.milliseconds) * 1_000_000
    for mail in added {
      let pending = PendingMail(mail: mail, deadline: deadline)
      if isStopping {
        calls.ended.append(pending.ended(.stopped))
      } else if count >= settings.queuedMails || bytes + mail.size > settings.queuedBytes {
        calls.ended.append(pending.ended(SMTPFailure(.queueFull, "too many mails wait already")))
      } else {
        mails.append(pending)
        bytes += mail.size
      }
    }
    call(&calls)
    return calls
  }

  private mutating func call(_ calls: inout Calls) {
    while called < count, let worker = idle.popLast() {
      calls.woken.append(worker)
      called += 1
    }
    calls.started = max(0, min(count - called, settings.connections - workers))
    workers += calls.started
    called += calls.started
  }

  /// Nothing new from here on.
  mutating func stop() -> Calls {
    isStopping = true
    called += idle.count
    defer { idle = [] }
    return Calls(woken: idle)
  }

  mutating func removeAll() -> [SMTPOutcome] {
    defer { (mails, start, bytes) = ([], 0, 0) }
    return mails[start...].compactMap { $0?.ended(.stopped) }
  }
}

extension SMTPQueue {
  enum Turn {
    case send(PendingMail)
    case wait
    case end
  }

  /// A worker is free.
  /// - Parameter wasCalled: it was started or woken for this.
  /// - Returns: also what has waited for too long.
  mutating func next(_ worker: SMTPWorker, wasCalled: Bool, now: Int64) -> (Turn, [SMTPOutcome]) {
    if wasCalled { called -= 1 }
    var late: [SMTPOutcome] = []
    while let first = popFirst() {
      guard first.deadline <= now else {
        inFlight += 1
        return (.send(first), late)
      }
      late.append(first.ended(SMTPFailure(.timeout, "no connection was free in time")))
    }
    if isStopping { return (.end, late) }
    idle.append(worker)
    return (.wait, late)
  }

  mutating func noteSent() { inFlight -= 1 }

  /// Whether a worker still waits; else it was called.
  func isIdle(_ worker: SMTPWorker) -> Bool { idle.contains { $0 === worker } }

  /// A worker wants to end.
  /// - Returns: false where it was called in the meantime.
  mutating func leave(_ worker: SMTPWorker) -> Bool {
    guard let place = idle.firstIndex(where: { $0 === worker }) else { return false }
    idle.remove(at: place)
    return true
  }

  /// A worker's connection is closed: others may take its place.
  mutating func noteEnd() -> Calls {
    workers -= 1
    var calls = Calls()
    call(&calls)
    return calls
  }

  /// Moves the others only once as many have left.
  private mutating func popFirst() -> PendingMail? {
    guard start < mails.count, let first = mails[start] else { return nil }
    mails[start] = nil
    start += 1
    bytes -= first.mail.size
    if start > 32, start * 2 >= mails.count {
      mails.removeFirst(start)
      start = 0
    }
    return first
  }
}

extension SMTPFailure {
  static let stopped = SMTPFailure(.stopped, "the client is stopped")
}
