public import Runtime
import Synchronization
public import Telemetry

/// The relay: one thread a source, from its slot to its topics, and one that watches the slot.
public final class RelayRole: Sendable {
  private let settings: RelaySettings
  private let registry: MetricsRegistry
  private let logger: Logger
  private let stopRequests: [StopRequest]
  private let progress: [ThreadProgress]
  /// Those of the sources, and those that only watch.
  private let threads = Mutex<(sources: [String: OwnedThread], watchers: [OwnedThread])>(([:], []))
  private let states: Mutex<[String: SourceState]>
  private let warnings = Mutex<[String: String]>([:])
  /// Sources that cannot go on at present, and why.
  private let failures = Mutex<[String: RelayError]>([:])
  /// Readable once no source can go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: RelaySettings, registry: MetricsRegistry, logger: Logger) {
    self.settings = settings
    self.registry = registry
    self.logger = logger
    stopRequests = settings.sources.map { _ in StopRequest() }
    progress = settings.sources.map { _ in ThreadProgress() }
    // Before its thread's first word a source is not ready.
    states = Mutex(Dictionary(settings.sources.map { ($0.name, SourceState(.connecting)) }) { first, _ in first })
  }

  /// Starts all sources; what they meet is in `sourceStates`.
  public func start() {
    for (index, source) in settings.sources.enumerated() {
      let (stop, progress) = (stopRequests[index], progress[index])
      let metrics = RelayMetrics(registry, source: source.name)
      let thread = OwnedThread(name: "relay \(source.name)") { [self] in run(source, metrics, stop, progress) }
      let watcher = OwnedThread(name: "watch \(source.name)") { [self] in
        let metrics = WatchMetrics(registry, source: source.name)
        SlotWatcher(source, metrics: metrics, logger: logger, stop: stop) { warning in
          self.note(warning, of: source.name)
        }.run()
      }
      threads.withLock {
        $0.sources[source.name] = thread
        $0.watchers.append(watcher)
      }
    }
  }

  private func run(
    _ source: SourceSettings, _ metrics: RelayMetrics, _ stop: StopRequest, _ progress: ThreadProgress
  ) {
    while true {
      let loop = SourceLoop(
        source, settings, metrics: metrics, logger: logger, stop: stop, progress: progress
      ) { [self] state in
        states.withLock { $0[source.name] = state }
        if state.kind == .streaming { failures.withLock { $0[source.name] = nil } }
        metrics.show(state)
      }
      guard let failure = loop.run() else { return }
      let isLast = failures.withLock { all in
        all[source.name] = failure
        return all.count == settings.sources.count
      }
      if isLast { return failed.signal() }
      logger.error(
        "source stopped, others go on; it is tried again, so that it needs no restart once it is mended",
        ["source": source.name, "reason": failure.description, "seconds": "\(Self.retrySeconds)"])
      progress.suspend()
      if Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: Self.retrySeconds * 1_000) { return }
    }
  }

  /// How long a source rests that a person has to mend.
  private static let retrySeconds: Int32 = 10

  private func note(_ warning: String?, of source: String) {
    let before = warnings.withLock { all in
      defer { all[source] = warning }
      return all[source]
    }
    guard warning != before else { return }
    if let warning { logger.error("rows are missing from the stream", ["source": source, "reason": warning]) }
  }

  /// Finishes what is in flight, confirms it and ends the threads.
  public func stop() throws(RelayError) { try stop(within: settings.stopDeadline) }

  /// The same with another deadline than the settings'. A thread that waits for the answer of a server that stands still
  /// is left to the process's end.
  /// - Throws: `stream`, naming the sources that were left so; of those that only watch nothing is owed.
  public func stop(within deadline: Duration) throws(RelayError) {
    for stop in stopRequests { stop.request(within: deadline) }
    let end = ContinuousClock.now + deadline + .seconds(2)
    func hasEnded(_ thread: OwnedThread) -> Bool {
      thread.join(timeoutMilliseconds: Int32(max(0, (end - .now) / .milliseconds(1))))
    }
    let (sources, watchers) = threads.withLock { $0 }
    let left = sources.filter { !hasEnded($0.value) }.keys.sorted().joined(separator: ", ")
    for watcher in watchers { _ = hasEnded(watcher) }
    guard !left.isEmpty else { return }
    throw RelayError.retry(.stream, "source \(left) still waits for a server; what it had in flight is sent again")
  }

  /// What a person has to mend although the stream goes on, by source.
  public var sourceWarnings: [String: String] { warnings.withLock { $0 } }

  /// Sources that have made no turn for minutes: the process should be started again.
  public var hangingSources: [String] {
    let now = SystemTime.monotonicNanoseconds()
    return zip(settings.sources, progress).filter { $1.hangs(now: now) }.map(\.0.name)
  }

  public var sourceStates: [String: SourceState] { states.withLock { $0 } }

  /// Why no source can go on, by the first of their names; nil while one can.
  public var failure: RelayError? {
    failures.withLock { all in all.count == settings.sources.count ? all.min { $0.key < $1.key }?.value : nil }
  }
}
