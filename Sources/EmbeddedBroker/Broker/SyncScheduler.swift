/// Makes stores durable, all that need it together, one run at a time: whatever comes while a run is under way is in
/// the next one.
final class SyncScheduler {
  private let loop: EventLoop
  private let policy: SyncPolicy
  private var dirty: [ObjectIdentifier: any DurableStore] = [:]
  private var running: [(store: any DurableStore, sync: LogSync)] = []
  /// Called for each store after its run.
  var finished: ((any DurableStore) -> Void)?
  var began: ((any DurableStore) -> Void)?
  private(set) var runs: UInt64 = 0
  private(set) var failures: UInt64 = 0

  init(loop: EventLoop, policy: SyncPolicy) {
    self.loop = loop
    self.policy = policy
  }

  var isRunning: Bool { !running.isEmpty }

  /// Notes that something was written.
  func wrote(_ store: any DurableStore) {
    // Without a policy the kernel's own time holds, and only a checkpoint is ours.
    if policy != .os || store.isCheckpointDue { dirty[ObjectIdentifier(store)] = store }
  }

  /// Whatever the policy: after a failure, or for a checkpoint.
  func demand(_ store: any DurableStore) { dirty[ObjectIdentifier(store)] = store }

  func forget(_ store: any DurableStore) { dirty[ObjectIdentifier(store)] = nil }

  /// To be called in each turn under `always`, else by a timer.
  func run() {
    guard running.isEmpty, !dirty.isEmpty else { return }
    let stores = dirty.values
    dirty = [:]
    for store in stores {
      guard let sync = store.beginSync() else { continue }
      began?(store)
      running.append((store, sync))
    }
    guard !running.isEmpty else { return }
    runs += 1
    let syncs = running.map(\.sync)
    loop.offload({ syncs.map { $0.run() } }, done: { [self] outcomes in done(outcomes) })
  }

  private func done(_ outcomes: [LogSync.Outcome]) {
    let stores = running.map(\.store)
    running = []
    for (store, outcome) in zip(stores, outcomes) {
      store.finish(outcome)
      if outcome.failure != nil { failures += 1 }
      finished?(store)
    }
  }
}
