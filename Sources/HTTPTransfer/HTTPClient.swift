import CCurl
import Runtime
import Synchronization

/// Calls servers over HTTP/2 where they speak it, on one thread, without following where they point and without trusting
/// what is not in order. Every request comes back exactly once.
@safe public final class HTTPClient: Sendable {
  private let settings: HTTPClientSettings
  private let deliver: @Sendable ([HTTPOutcome]) -> Void
  private let inbox = Mutex(Inbox())
  private let multi: MultiHandle
  private let wake = WakeSignal()
  private let ended = WakeSignal()

  fileprivate struct Inbox {
    var requests: [PendingRequest] = []
    var counts = HTTPClientCounts()
    var queuedBytes = 0
    /// Monotonic nanoseconds.
    var stopDeadline: Int64?
  }

  /// The thread's alone, once that has begun.
  @safe private struct MultiHandle: @unchecked Sendable { let pointer: UnsafeMutableRawPointer }

  /// - Parameter deliver: gets outcomes of `submit`, many at a time where many are done, on the client's thread: it must
  ///   neither block nor stop the client.
  /// - Throws: `configuration`.
  public init(
    _ settings: HTTPClientSettings, deliver: @escaping @Sendable ([HTTPOutcome]) -> Void = { _ in }
  ) throws(HTTPTransferError) {
    guard settings.connections > 0, settings.streams > 0 else {
      throw HTTPTransferError(.configuration, "a client needs at least one connection and one stream")
    }
    guard Self.isLoaded, let multi = unsafe curl_multi_init() else {
      throw HTTPTransferError(.configuration, "libcurl cannot be started")
    }
    self.settings = settings
    self.deliver = deliver
    self.multi = unsafe MultiHandle(pointer: multi)
    // It tries each setting now, and not with the first request.
    _ = try Transfer(settings)
    _ = OwnedThread(name: "http") { [self] in run() }
  }

  private static let isLoaded = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  public var counts: HTTPClientCounts { inbox.withLock(\.counts) }

  /// Hands requests over, from any thread. What cannot be sent comes back at once, by `deliver` on the caller's thread.
  public func submit(_ requests: [HTTPRequest]) { take(requests.map { PendingRequest(request: $0) }) }

  /// Sends one request and returns its outcome, which does not go to `deliver`. A cancelled task waits for it, too: what
  /// was sent cannot be taken back.
  public func send(_ request: HTTPRequest) async -> HTTPOutcome {
    await withCheckedContinuation { take([PendingRequest(request: request, reply: $0)]) }
  }

  private func take(_ requests: [PendingRequest]) {
    var refused: [FinishedRequest] = []
    var taken: [PendingRequest] = []
    let now = SystemTime.monotonicNanoseconds()
    for var pending in requests {
      if let fault = pending.request.fault(settings) {
        refused.append(pending.ended(fault))
      } else {
        pending.deadline = now + Int64((pending.request.timeout ?? settings.timeout).milliseconds) * 1_000_000
        taken.append(pending)
      }
    }
    refused += inbox.withLock { $0.add(taken, settings) }
    wake.signal()
    hand(refused)
  }

  private func hand(_ finished: [FinishedRequest]) {
    for one in finished { one.reply?.resume(returning: one.outcome) }
    let outcomes = finished.filter { $0.reply == nil }.map(\.outcome)
    if !outcomes.isEmpty { deliver(outcomes) }
  }

  /// Finishes what is in flight within the time, takes nothing new, and returns once every request has come back.
  public func stop(within time: Duration) {
    let limit = time > .zero ? Int64(time.milliseconds) * 1_000_000 : 0
    let deadline = SystemTime.monotonicNanoseconds() + limit
    inbox.withLock { $0.stopDeadline = min($0.stopDeadline ?? .max, deadline) }
    wake.signal()
    _ = Poll.wait([ended.fileDescriptor], timeoutMilliseconds: -1)
  }
}

extension HTTPClient {
  /// The thread's body.
  private func run() {
    let loop = unsafe TransferLoop(settings, multi: multi.pointer, wake: wake)
    while true {
      let deadline = inbox.withLock { inbox in
        loop.add(inbox.requests)
        inbox.requests = []
        return inbox.stopDeadline
      }
      let finished = loop.turn(now: SystemTime.monotonicNanoseconds())
      inbox.withLock { $0.note(loop) }
      hand(finished)
      let now = SystemTime.monotonicNanoseconds()
      if let deadline, loop.isIdle || deadline <= now { break }
      loop.wait(until: deadline ?? .max, now: now)
    }
    end(loop)
  }

  private func end(_ loop: TransferLoop) {
    inbox.withLock {
      loop.add($0.requests)
      $0.requests = []
    }
    let finished = loop.abandon()
    inbox.withLock { $0.note(loop) }
    hand(finished)
    loop.close()
    ended.signal()
  }
}

extension HTTPClient.Inbox {
  /// - Returns: what there is no room for, and why.
  fileprivate mutating func add(_ added: [PendingRequest], _ settings: HTTPClientSettings) -> [FinishedRequest] {
    var refused: [FinishedRequest] = []
    for pending in added {
      let size = pending.request.size
      if stopDeadline != nil {
        refused.append(pending.ended(HTTPTransferError(.stopped, "the client is stopped")))
      } else if counts.queued >= settings.queuedRequests || queuedBytes + size > settings.queuedBytes {
        refused.append(pending.ended(HTTPTransferError(.queueFull, "too many requests wait already")))
      } else {
        requests.append(pending)
        counts.queued += 1
        queuedBytes += size
      }
    }
    return refused
  }

  fileprivate mutating func note(_ loop: TransferLoop) {
    let left = loop.takeLeft()
    counts.queued -= left.count
    queuedBytes -= left.bytes
    counts.inFlight = loop.inFlight
    counts.connections = loop.connections
    counts.connectionsOpened = loop.connectionsOpened
  }
}
