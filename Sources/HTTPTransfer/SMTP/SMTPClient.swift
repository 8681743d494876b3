import CCurl
import Runtime
import Synchronization

/// Hands mails to one SMTP server, on a pool of threads with a connection each: libcurl waits for the answer to a mail's
/// end within a call, which would hold up all others of a multi handle. Every mail comes back exactly once, and is sent
/// whole at most once.
public final class SMTPClient: Sendable {
  private let settings: SMTPClientSettings
  private let deliver: @Sendable (SMTPOutcome) -> Void
  private let queue: Mutex<SMTPQueue>
  private let sockets = SMTPSockets()
  private let ended = WakeSignal()

  /// - Parameter deliver: gets the outcomes, on any of the client's threads and on several at once; or on the caller's
  ///   where a mail cannot be taken. It must neither block nor stop the client.
  /// - Throws: `configuration`.
  public init(
    _ settings: SMTPClientSettings, deliver: @escaping @Sendable (SMTPOutcome) -> Void
  ) throws(SMTPFailure) {
    guard Self.isLoaded else { throw SMTPFailure(.configuration, "libcurl cannot be started") }
    try SMTPConnection.check(settings)
    (self.settings, self.deliver) = (settings, deliver)
    queue = Mutex(SMTPQueue(settings))
  }

  private static let isLoaded = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  public var counts: SMTPClientCounts {
    var counts = SMTPClientCounts()
    (counts.queued, counts.inFlight) = queue.withLock { ($0.count, $0.inFlight) }
    (counts.connectionsOpened, counts.connections) = sockets.counts
    return counts
  }

  /// Hands mails over, from any thread. What cannot be sent comes back at once.
  public func submit(_ mails: [SMTPMail]) {
    var sound: [SMTPMail] = []
    for mail in mails {
      if let fault = mail.fault { deliver(SMTPOutcome(tag: mail.tag, .failure(fault))) } else { sound.append(mail) }
    }
    let now = SystemTime.monotonicNanoseconds()
    follow(queue.withLock { $0.add(sound, now: now) })
  }

  private func follow(_ calls: SMTPQueue.Calls) {
    for worker in calls.woken { worker.wake.signal() }
    for _ in 0..<calls.started { _ = OwnedThread(name: "smtp") { [self] in run() } }
    for outcome in calls.ended { deliver(outcome) }
  }

  /// Sends what waits and finishes what is in flight within the time, takes nothing new, and returns once every mail has
  /// come back. What is cut off may have arrived.
  public func stop(within time: Duration) {
    let calls = queue.withLock { queue in
      if queue.workers == 0 { ended.signal() }
      return queue.stop()
    }
    follow(calls)
    if time > .zero, Poll.wait([ended.fileDescriptor], timeoutMilliseconds: Int32(time.milliseconds)) { return }
    let left = queue.withLock { $0.removeAll() }
    sockets.cutAll()
    for outcome in left { deliver(outcome) }
    _ = Poll.wait([ended.fileDescriptor], timeoutMilliseconds: -1)
  }
}

extension SMTPClient {
  /// A thread's body.
  private func run() {
    let (worker, connection) = (SMTPWorker(), SMTPConnection(settings, sockets))
    var turn = next(worker, wasCalled: true)
    loop: while true {
      switch turn {
      case .send(let pending):
        let outcome = SMTPOutcome(tag: pending.mail.tag, connection.send(pending.mail))
        turn = next(worker, wasCalled: false, outcome)
        connection.rest()
      case .wait where wait(worker, connection): turn = next(worker, wasCalled: true)
      case .wait, .end: break loop
      }
    }
    connection.close()
    let calls = queue.withLock { queue in
      let calls = queue.noteEnd()
      if queue.isStopping, queue.workers == 0 { ended.signal() }
      return calls
    }
    follow(calls)
  }

  /// Whoever gets the last outcome and has another mail finds this worker free, and needs no further connection.
  private func next(_ worker: SMTPWorker, wasCalled: Bool, _ outcome: SMTPOutcome? = nil) -> SMTPQueue.Turn {
    let now = SystemTime.monotonicNanoseconds()
    let (turn, late) = queue.withLock { queue in
      if outcome != nil { queue.noteSent() }
      return queue.next(worker, wasCalled: wasCalled, now: now)
    }
    for outcome in late { deliver(outcome) }
    if let outcome { deliver(outcome) }
    return turn
  }

  /// Waits for a mail, the server's end of the connection, or the time.
  /// - Returns: whether there may be a mail; else the thread is to end.
  private func wait(_ worker: SMTPWorker, _ connection: SMTPConnection) -> Bool {
    let end = SystemTime.monotonicNanoseconds() + Int64(settings.idleTimeout.milliseconds) * 1_000_000
    let descriptors = [worker.wake.fileDescriptor] + (connection.socket.map { [$0] } ?? [])
    while true {
      let left = (end - SystemTime.monotonicNanoseconds()) / 1_000_000 + 1
      let ready = left > 0 ? Poll.ready(descriptors, timeoutMilliseconds: Int32(clamping: left)) : []
      if ready.contains(worker.wake.fileDescriptor) {
        worker.wake.clear()
        if !queue.withLock({ $0.isIdle(worker) }) { return true }
      } else {
        // Whatever a server says now is no answer: it goes away, or would be one mail off.
        if !ready.isEmpty { connection.close() }
        return !queue.withLock { $0.leave(worker) }
      }
    }
  }
}
