extension BrokerCore {
  /// Answers those who waited for a run, and those who wait for records that are shown now.
  func synced(_ store: any DurableStore) {
    let failure: LogError?
    if let partition = byLog[ObjectIdentifier(store)] {
      failure = partition.log.durability.failure
      if failure == nil { partition.synced() }
      settleProduces(partition)
      wakeFetches(partition)
    } else {
      failure = offsets.failure
      settleCommits()
    }
    // After a failure the housekeeping tries again.
    if let failure {
      report(.error, "sync failed", ["reason": failure.description])
    } else if store.isDirty {
      syncs.wrote(store)
    }
  }

  /// What is due once a second: syncs that failed, checkpoints, retention of files and offsets.
  func housekeep(second: Int64) {
    for partition in partitions.values.joined() {
      if partition.log.durability.failure != nil || partition.log.isCheckpointDue { syncs.demand(partition.log) }
    }
    if offsets.isCheckpointDue || offsets.failure != nil { syncs.demand(offsets) }
    if second % 30 == 0 { enforceRetention() }
    if second % 600 == 0 { removeDeleted() }
    syncs.run()
  }

  private func enforceRetention() {
    let now = WallClock.now
    for partition in partitions.values.joined() {
      do {
        if try partition.log.enforceRetention(now: now) > 0 { syncs.wrote(partition.log) }
      } catch {
        report(.warning, "retention failed", ["topic": partition.topic, "reason": error.description])
      }
    }
    let retention = settings.offsetsRetentionMilliseconds
    do {
      try offsets.expire(now: now, retention: retention, hasMembers: groups.hasMembers)
      if offsets.isDirty { syncs.wrote(offsets) }
    } catch {
      report(.warning, "offsets not expired", ["reason": error.description])
    }
  }

  /// Removes the files of deleted topics, on another thread.
  func removeDeleted() {
    let deleted = DeletedTopics(directory: settings.dataDirectory, files: files)
    let remove: @Sendable () -> String? = {
      do {
        try deleted.remove()
        return nil
      } catch {
        return "\(error)"
      }
    }
    loop.offload(remove) { [report] failure in
      if let failure { report(.warning, "deleted topics remain", ["reason": failure]) }
    }
  }
}
