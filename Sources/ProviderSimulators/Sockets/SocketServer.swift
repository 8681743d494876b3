import Runtime
import Synchronization

/// Work for a loop's thread, from others.
final class LoopInbox: Sendable {
  typealias Work = @Sendable (ServerLoop) -> Void
  let signal = WakeSignal()
  private let waiting = Mutex<[Work]>([])

  func add(_ work: @escaping Work) {
    waiting.withLock { $0.append(work) }
    signal.signal()
  }

  func take() -> [Work] {
    guard signal.clear() else { return [] }
    return waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}

/// A server on 127.0.0.1 with one thread for all its connections.
final class SocketServer: Sendable {
  let port: UInt16
  private let inbox = LoopInbox()
  private let thread: OwnedThread
  private let isStopped = Atomic(false)
  /// Until this is signalled the thread stands still.
  private let frozen = Mutex<WakeSignal?>(nil)

  /// Listens at once.
  /// - Throws: `cannotListen`.
  init(
    name: String, port: UInt16, opening: @escaping @Sendable (_ number: Int) -> ConnectionRole
  ) throws(SimulatorError) {
    let listener = try LoopbackSocket.listen(port: port)
    self.port = LoopbackSocket.port(of: listener)
    // The thread's closure lives as long as the thread, and would keep a closed port open.
    let handedOver = ResultBox<Descriptor>()
    handedOver.set(listener)
    thread = OwnedThread(name: name) { [inbox] in
      let loop = handedOver.take().map { ServerLoop(listener: $0, inbox: inbox, opening: opening) }
      loop?.run()
    }
  }

  deinit { stop() }

  /// Ends all connections and the thread. Not from the server's own thread.
  func stop() {
    guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
    thaw()
    inbox.add { $0.stop() }
    thread.join()
  }

  /// Stands still until `thaw`, as a process does that is stopped: the kernel goes on taking connections and bytes.
  /// Nothing else may be asked of it meanwhile.
  func freeze() {
    let thawed = WakeSignal()
    frozen.withLock { $0 = thawed }
    inbox.add { _ in _ = Poll.wait([thawed.fileDescriptor], timeoutMilliseconds: -1) }
  }

  func thaw() {
    frozen.withLock { thawed in
      thawed?.signal()
      thawed = nil
    }
  }

  /// Has `work` done on the server's thread and waits for its result; nil when it is stopped.
  @discardableResult
  func perform<Result: Sendable>(_ work: @escaping @Sendable (ServerLoop) -> Result) -> Result? {
    guard !isStopped.load(ordering: .acquiring) else { return nil }
    let (done, result) = (WakeSignal(), ResultBox<Result>())
    inbox.add { loop in
      result.set(work(loop))
      done.signal()
    }
    _ = Poll.wait([done.fileDescriptor], timeoutMilliseconds: -1)
    return result.value
  }

  /// New connections are refused by the kernel. Those that are there stay.
  func stopListening() { perform { $0.listen(nil) } }

  /// On the same port.
  /// - Throws: `cannotListen` when another has taken it meanwhile.
  func listenAgain() throws(SimulatorError) {
    guard perform({ $0.isListening }) == false else { return }
    let listener = try LoopbackSocket.listen(port: port)
    perform { $0.listen(listener) }
  }

  /// Ends all connections with a reset.
  func cutConnections() { perform { $0.closeAll() } }

  var connectionCount: Int { perform { $0.connectionCount } ?? 0 }
}

private final class ResultBox<Value: Sendable>: Sendable {
  private let content = Mutex<Value?>(nil)
  func set(_ value: Value) { content.withLock { $0 = value } }
  var value: Value? { content.withLock { $0 } }
  func take() -> Value? { content.withLock { $0.take() } }
}
