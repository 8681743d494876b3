/// What of a partition is on the disk, and what is on its way there.
struct Durability {
  /// Up to where all is durable.
  var end: SegmentMark
  /// Ended segments that may not be durable.
  var sealed: [Segment]
  /// Files were made or removed since the last sync.
  var isDirectoryDirty: Bool
  /// The first offset that a start would have to read.
  var checkpointOffset: Int64
  var bytesSinceCheckpoint: Int
  var wantsCheckpoint: Bool
  /// Why the last sync failed, until one succeeds.
  var failure: LogError?
  var inFlight: SyncInFlight?

  init(_ recovery: LogRecovery) {
    let first = recovery.scanned[0]
    let start = SegmentMark(
      baseOffset: first.baseOffset, nextOffset: first.baseOffset, position: 0, offsetEntries: 0, timeEntries: 0,
      newestTimestamp: -1, newestOffset: -1)
    end = recovery.durable.flatMap { $0.baseOffset == first.baseOffset ? $0 : nil } ?? start
    sealed = Array(recovery.scanned.dropLast())
    // A checkpoint is written after its directory was synced.
    let active = recovery.scanned[recovery.scanned.count - 1]
    isDirectoryDirty = recovery.durable?.baseOffset != active.baseOffset || recovery.report.truncation != nil
    checkpointOffset = end.nextOffset
    bytesSinceCheckpoint = 0
    wantsCheckpoint = recovery.report.isWorthTelling || recovery.report.scannedBytes > 0
  }

  mutating func rolled(_ segment: Segment) {
    if !segment.isDurable { sealed.append(segment) }
    isDirectoryDirty = true
  }

  /// No more is taken while the disk does not keep what it has.
  func throwIfFailing() throws(LogError) {
    if let failure { throw failure }
  }
}

/// What a running sync will have made durable.
struct SyncInFlight {
  let end: SegmentMark
  let logs: [(file: AppendOnlyFile, sync: FileSync)]
  let indexes: [(file: IndexFile, sync: FileSync)]
  /// The offset of the checkpoint that is written after it.
  let checkpointOffset: Int64?
}

/// A sync to be run on any thread, then handed back to `PartitionLog.finish`.
struct LogSync: Sendable {
  let files: any FileLayer
  let logs: [FileSync]
  let indexes: [FileSync]
  /// Nil when its entries did not change.
  let directory: String?
  let checkpoint: (path: String, content: [UInt8])?

  struct Outcome: Sendable {
    /// Why records may not be durable.
    var failure: LogError?
    /// Why there is no checkpoint, where one was due; it costs a longer start, nothing else.
    var checkpointFailure: LogError?
  }

  func run() -> Outcome {
    do {
      for log in logs { try log.run() }
      if let directory { try files.syncDirectory(directory) }
    } catch {
      return Outcome(failure: error)
    }
    do {
      for index in indexes { try index.run() }
      if let checkpoint { try AtomicFile.replace(checkpoint.path, with: checkpoint.content, files: files) }
      return Outcome()
    } catch {
      return Outcome(checkpointFailure: error)
    }
  }
}
