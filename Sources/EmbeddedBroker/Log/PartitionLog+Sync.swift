extension PartitionLog {
  /// True while something that was appended, or that the last start recovered, is not known to be durable.
  var isDirty: Bool {
    durability.failure != nil || durability.end.nextOffset != endOffset || durability.isDirectoryDirty
  }

  /// True when a sync is due whatever the policy: so much has come that a start would take long.
  var isCheckpointDue: Bool {
    durability.wantsCheckpoint || durability.bytesSinceCheckpoint >= settings.checkpointBytes
  }

  /// What is to be run so that all that is appended now is durable; nil when nothing is to be done, or a sync is running.
  ///
  /// After a sync that failed, appends are refused until one succeeds: the server tries again now and then.
  func beginSync() -> LogSync? {
    guard durability.inFlight == nil, isDirty || isCheckpointDue else { return nil }
    // An index that cannot be written out costs the checkpoint, not the sync.
    let hasCheckpoint = isCheckpointDue && (try? active.flushIndexes()) != nil
    let segments = durability.sealed + [active]
    let logs = segments.map(\.log).filter { !$0.isDurable || durability.failure != nil }.map { ($0, $0.makeSync()) }
    let indexed = hasCheckpoint ? segments : durability.sealed
    let indexes = indexed.flatMap { [$0.offsetIndex, $0.timeIndex] }.filter { !$0.isDurable }.map {
      ($0, $0.makeSync())
    }
    durability.inFlight = SyncInFlight(
      end: active.mark, logs: logs, indexes: indexes, checkpointOffset: hasCheckpoint ? endOffset : nil)
    let directory = durability.isDirectoryDirty ? directory : nil
    durability.isDirectoryDirty = false
    if hasCheckpoint {
      durability.bytesSinceCheckpoint = 0
      durability.wantsCheckpoint = false
    }
    return LogSync(
      files: files, logs: logs.map(\.1), indexes: indexes.map(\.1), directory: directory,
      checkpoint: hasCheckpoint ? checkpointFile : nil)
  }

  /// Takes the outcome of the sync that was begun: all that was appended before it is durable, unless it failed.
  func finish(_ outcome: LogSync.Outcome) {
    guard let sync = durability.inFlight else { return }
    durability.inFlight = nil
    let succeeded = outcome.failure == nil
    let checkpointed = succeeded && outcome.checkpointFailure == nil
    for log in sync.logs { log.file.finish(log.sync, succeeded: succeeded) }
    for index in sync.indexes { index.file.finish(index.sync, succeeded: checkpointed) }
    durability.failure = outcome.failure
    if !succeeded { durability.isDirectoryDirty = true }
    if !checkpointed, sync.checkpointOffset != nil { durability.wantsCheckpoint = true }
    guard succeeded else { return }
    durability.end = sync.end
    durability.sealed.removeAll { $0.isDurable }
    if checkpointed, let offset = sync.checkpointOffset { durability.checkpointOffset = offset }
  }

  /// Makes all durable and writes a checkpoint, on this thread.
  func checkpoint() throws(LogError) {
    durability.wantsCheckpoint = true
    guard let sync = beginSync() else { return }
    let outcome = sync.run()
    finish(outcome)
    if let failure = outcome.failure ?? outcome.checkpointFailure { throw failure }
  }

  /// Makes all durable, so that the next start reads nothing. No sync may be running. The files close with the object.
  func close() throws(LogError) { try checkpoint() }

  private var checkpointFile: (path: String, content: [UInt8]) {
    let checkpoint = Checkpoint(startOffset: startOffset, mark: active.mark, producers: producers)
    return ("\(directory)/\(Checkpoint.fileName)", checkpoint.bytes)
  }
}
