/// The broker's thread: its loop, its listener, its connections, and the core that answers them.
final class ServerLoop {
  let loop = EventLoop()
  let core: BrokerCore
  private let settings: BrokerSettings
  private let report: BrokerReport
  private var listener: TCPListener?
  private var connections: [UInt64: Connection] = [:]
  private var nextConnection: UInt64 = 0
  private var handles: [LoopHandle] = []
  private var seconds: Int64 = 0
  private var stage = Stage.running

  private enum Stage {
    case running
    /// A run of syncs is awaited.
    case syncing
    /// Answers are still on their way.
    case draining
    case closed
  }

  /// Recovers what the directory holds; listens from `listen` on.
  init(_ settings: BrokerSettings, files: any FileLayer, report: @escaping BrokerReport) throws(BrokerError) {
    self.settings = settings
    self.report = report
    do {
      core = try BrokerCore(settings, loop: loop, files: files, report: report)
    } catch {
      throw BrokerError("the data directory cannot be used: \(error.description)")
    }
  }

  /// - Returns: the port that was taken.
  func listen() throws(BrokerError) -> Int {
    let address = try SocketAddress(host: settings.host, port: settings.port)
    let listener = try TCPListener(loop, address) { [unowned self] in accept($0) }
    self.listener = listener
    let port = listener.port
    core.advertised = (settings.advertisedHost ?? settings.host, Int32(settings.advertisedPort ?? port))
    handles.append(LoopTurn(loop) { [unowned self] in turn() })
    let second = LoopTimer(loop) { [unowned self] in everySecond() }
    second.start(after: 1_000, repeating: 1_000)
    handles.append(second)
    if settings.sync == .interval {
      let sync = LoopTimer(loop) { [unowned self] in core.syncs.run() }
      sync.start(after: 100, repeating: 100)
      handles.append(sync)
    }
    core.removeDeleted()
    return port
  }

  /// Lets other threads have something done here.
  func wake(_ body: @escaping () -> Void) -> LoopSignal {
    let wake = LoopWake(loop, woken: body)
    handles.append(wake)
    return wake.signal
  }

  /// Returns once the broker has stopped.
  func run() { loop.run() }

  /// For a start that failed on its way.
  func abandon() {
    closeAll()
    loop.run()
  }

  private func accept(_ stream: TCPStream) {
    guard connections.count < settings.connectionsMax else {
      core.statistics.connectionsRefused += 1
      return stream.close()
    }
    nextConnection += 1
    core.statistics.connectionsOpened += 1
    connections[nextConnection] = Connection(
      stream, id: nextConnection, largest: settings.requestBytesMax, memory: core.memory, duties: duties)
  }

  private var duties: Connection.Duties {
    Connection.Duties(
      handle: { [unowned self] frame, connection in
        try core.handle(frame) { connection.begin($0, bytes: frame.count) }
      },
      closed: { [unowned self] in closed($0, $1) },
      answered: { [unowned self] in
        core.statistics.ended($0, requestBytes: $0.requestBytes, answerBytes: $1, now: loop.now)
      })
  }

  private func closed(_ connection: Connection, _ reason: String?) {
    connections[connection.id] = nil
    guard let reason else { return }
    core.statistics.connectionsOffended += 1
    report(.notice, "connection closed", ["reason": reason])
  }

  private func turn() {
    core.wakeShown()
    if settings.sync == .always { core.syncs.run() }
    core.memory.serveLines()
    if stage != .running { goOnStopping() }
  }

  private func everySecond() {
    seconds += 1
    core.housekeep(second: seconds)
    let now = loop.now
    for connection in connections.values {
      connection.check(now: now, idle: settings.idleMilliseconds, stalled: settings.stallMilliseconds)
    }
  }

  // MARK: Stopping

  /// Takes nothing more, answers what was begun, makes all durable, and ends.
  func stop() {
    guard stage == .running else { return }
    stage = .syncing
    core.isStopping = true
    listener?.close()
    for connection in connections.values { connection.stopReading() }
    for waiting in core.fetches.values { core.answer(waiting) }
  }

  private func goOnStopping() {
    switch stage {
    case .syncing where !core.syncs.isRunning:
      core.closeLogs()
      core.abandonGroupWaits()
      stage = .draining
      let limit = LoopTimer(loop) { [unowned self] in closeAll() }
      limit.start(after: 2_000)
      handles.append(limit)
      goOnStopping()
    case .draining where connections.values.allSatisfy(\.isDone): closeAll()
    default: break
    }
  }

  private func closeAll() {
    guard stage != .closed else { return }
    stage = .closed
    listener?.close()
    for connection in Array(connections.values) { connection.close() }
    core.closeTimers()
    for handle in handles { handle.close() }
  }

  var snapshot: BrokerSnapshot {
    var snapshot = core.snapshot
    snapshot.connections = connections.count
    return snapshot
  }
}
