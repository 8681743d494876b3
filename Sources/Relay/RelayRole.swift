public import Runtime
import Synchronization
public import Telemetry

/// The relay: one thread a source, from its slot to its topics, and one that watches the slot.
public final class RelayRole: Sendable {
  private let settings: RelaySettings
  private let registry: MetricsRegistry
  private let logger: Logger
  private let stopRequests: [StopRequest]
  private let progress: [SourceProgress]
  private let threads = Mutex<[OwnedThread]>([])
  private let states: Mutex<[String: SourceState]>
  private let warnings = Mutex<[String: String]>([:])
  private let failures = Mutex<[RelayError]>([])
  /// Readable once a source cannot go on; `failure` says why.
  public let failed = WakeSignal()

  public init(_ settings: RelaySettings, registry: MetricsRegistry, logger: Logger) {
    self.settings = settings
    self.registry = registry
    self.logger = logger
    stopRequests = settings.sources.map { _ in StopRequest() }
    progress = settings.sources.map { _ in SourceProgress() }
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
      threads.withLock { $0 += [thread, watcher] }
    }
  }

  private func run(
    _ source: SourceSettings, _ metrics: RelayMetrics, _ stop: StopRequest, _ progress: SourceProgress
  ) {
    let loop = SourceLoop(
      source, settings, metrics: metrics, logger: logger, stop: stop, progress: progress
    ) { [self] state in
      states.withLock { $0[source.name] = state }
      metrics.show(state)
    }
    if let failure = loop.run() {
      failures.withLock { $0.append(failure) }
      failed.signal()
    }
  }

  private func note(_ warning: String?, of source: String) {
    let before = warnings.withLock { all in
      defer { all[source] = warning }
      return all[source]
    }
    guard warning != before else { return }
    if let warning { logger.error("rows are missing from the stream", ["source": source, "reason": warning]) }
  }

  /// Finishes what is in flight, confirms it and ends the threads.
  public func stop() { stop(within: settings.stopDeadline) }

  /// The same with another deadline than the settings'. A thread that waits for the answer of a server that stands still
  /// is left to the process's end.
  public func stop(within deadline: Duration) {
    for stop in stopRequests { stop.request(within: deadline) }
    let end = ContinuousClock.now + deadline + .seconds(2)
    for thread in threads.withLock({ $0 }) {
      thread.join(timeoutMilliseconds: Int32(max(0, (end - .now) / .milliseconds(1))))
    }
  }

  /// What a person has to mend although the stream goes on, by source.
  public var sourceWarnings: [String: String] { warnings.withLock { $0 } }

  /// Sources that have made no turn for minutes: the process should be started again.
  public var hangingSources: [String] {
    let now = SystemTime.monotonicNanoseconds()
    return zip(settings.sources, progress).filter { $1.hangs(now: now) }.map(\.0.name)
  }

  public var sourceStates: [String: SourceState] { states.withLock { $0 } }

  /// The first source's reason to give up.
  public var failure: RelayError? { failures.withLock { $0.first } }
}
