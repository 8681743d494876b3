/// What the server keeps in files and makes durable by the policy: partitions and committed offsets.
protocol DurableStore: AnyObject {
  /// Something is not known to be durable.
  var isDirty: Bool { get }
  /// A sync is due whatever the policy.
  var isCheckpointDue: Bool { get }
  /// What to run, on any thread, so that all that is written now is durable; nil when there is nothing to do, or one is
  /// running.
  func beginSync() -> LogSync?
  /// Takes the outcome of the sync that was begun. After one that failed nothing more is taken until one succeeds.
  func finish(_ outcome: LogSync.Outcome)
}

extension PartitionLog: DurableStore {}
