import CCurl
import Runtime
import Synchronization

/// Calls servers over HTTP/2 where they speak it, on one thread, without following where they point and without trusting
/// what is not in order. Every request comes back exactly once.
@safe public final class HTTPClient: Sendable {
  private let settings: HTTPClientSettings
  private let deliver: @Sendable ([HTTPOutcome]) -> Void
  private let inbox = Mutex(Inbox())
  /// libcurl lets any thread wake a multi handle, and nothing else.
  private let multi: MultiHandle
  private let ended = WakeSignal()

  fileprivate struct Inbox {
    var requests: [HTTPRequest] = []
    var counts = HTTPClientCounts()
    var queuedBytes = 0
    /// Monotonic nanoseconds.
    var stopDeadline: Int64?
    var isOver = false
  }

  @safe private struct MultiHandle: @unchecked Sendable { let pointer: UnsafeMutableRawPointer }

  /// - Parameter deliver: gets outcomes, many at a time where many are done, on the client's thread: it must not block.
  /// - Throws: `configuration`.
  public init(
    _ settings: HTTPClientSettings, deliver: @escaping @Sendable ([HTTPOutcome]) -> Void
  ) throws(HTTPTransferError) {
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
  public func submit(_ requests: [HTTPRequest]) {
    var refused: [HTTPOutcome] = []
    var taken: [HTTPRequest] = []
    for request in requests {
      if let fault = request.fault(settings) {
        refused.append(HTTPOutcome(tag: request.tag, .failure(fault)))
      } else {
        taken.append(request)
      }
    }
    refused += inbox.withLock { inbox in
      defer { wake(inbox) }
      return inbox.add(taken, settings)
    }
    if !refused.isEmpty { deliver(refused) }
  }

  /// Finishes what is in flight within the time, takes nothing new, and returns once every request has come back.
  public func stop(within time: Duration) {
    let deadline = SystemTime.monotonicNanoseconds() + Int64(time / .nanoseconds(1))
    inbox.withLock {
      $0.stopDeadline = min($0.stopDeadline ?? .max, deadline)
      wake($0)
    }
    _ = Poll.wait([ended.fileDescriptor], timeoutMilliseconds: -1)
  }

  /// The handle is there as long as the thread is not over.
  private func wake(_ inbox: borrowing Inbox) {
    if !inbox.isOver { unsafe curl_multi_wakeup(multi.pointer) }
  }
}

extension HTTPClient {
  /// The thread's body.
  private func run() {
    let loop = unsafe TransferLoop(settings, multi: multi.pointer)
    while true {
      let deadline = inbox.withLock { inbox in
        loop.add(inbox.requests)
        inbox.requests = []
        return inbox.stopDeadline
      }
      let outcomes = loop.turn()
      inbox.withLock { $0.note(loop) }
      if !outcomes.isEmpty { deliver(outcomes) }
      let left = (deadline ?? .max) - SystemTime.monotonicNanoseconds()
      if deadline != nil, loop.isIdle || left <= 0 { break }
      loop.wait(milliseconds: Int32(clamping: min(1_000, left / 1_000_000 + 1)))
    }
    end(loop)
  }

  private func end(_ loop: TransferLoop) {
    inbox.withLock {
      loop.add($0.requests)
      ($0.requests, $0.isOver) = ([], true)
    }
    let outcomes = loop.abandon()
    inbox.withLock { $0.note(loop) }
    if !outcomes.isEmpty { deliver(outcomes) }
    loop.close()
    ended.signal()
  }
}

extension HTTPClient.Inbox {
  /// - Returns: what there is no room for, and why.
  fileprivate mutating func add(_ added: [HTTPRequest], _ settings: HTTPClientSettings) -> [HTTPOutcome] {
    var refused: [HTTPOutcome] = []
    func refuse(_ request: HTTPRequest, _ code: HTTPTransferError.Code, _ message: String) {
      refused.append(HTTPOutcome(tag: request.tag, .failure(HTTPTransferError(code, message))))
    }
    for request in added {
      if stopDeadline != nil {
        refuse(request, .stopped, "the client is stopped")
      } else if counts.queued >= settings.queuedRequests || queuedBytes + request.size > settings.queuedBytes {
        refuse(request, .queueFull, "too many requests wait already")
      } else {
        requests.append(request)
        counts.queued += 1
        queuedBytes += request.size
      }
    }
    return refused
  }

  fileprivate mutating func note(_ loop: TransferLoop) {
    let started = loop.takeStarted()
    counts.queued -= started.count
    queuedBytes -= started.bytes
    counts.inFlight = loop.inFlight
    counts.connections = loop.connections
    counts.connectionsOpened = loop.connectionsOpened
  }
}
