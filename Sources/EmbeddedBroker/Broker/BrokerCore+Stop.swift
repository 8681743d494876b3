extension BrokerCore {
  /// Makes all durable, so that the next start reads nothing, and answers those who wait for it. No sync may be running.
  func closeLogs() {
    for partition in partitions.values.joined() {
      do {
        try partition.log.close()
        partition.synced()
      } catch {
        report(.error, "log not closed in order", ["topic": partition.topic, "reason": error.description])
      }
      settleProduces(partition)
    }
    if let sync = offsets.beginSync() { offsets.finish(sync.run()) }
    settleCommits()
  }

  /// Members that wait for their group find it again after the start.
  func abandonGroupWaits() {
    for (token, exchange) in groupWaits {
      groupWaits[token] = nil
      exchange.replyNothing()
    }
  }

  var snapshot: BrokerSnapshot {
    var snapshot = BrokerSnapshot()
    snapshot.statistics = statistics
    snapshot.memoryBytes = memory.used
    snapshot.topics = partitions.count
    snapshot.partitions = byLog.count
    snapshot.logBytes = byLog.values.reduce(0) { $0 + $1.log.size }
    snapshot.failingPartitions = byLog.values.count { $0.log.durability.failure != nil }
    snapshot.groups = Set(offsets.offsets.keys).union(groups.descriptions.map(\.name)).count
    snapshot.syncs = syncs.runs
    snapshot.syncFailures = syncs.failures
    for (group, places) in offsets.offsets {
      for (place, committed) in places {
        guard let log = partition(place.topic, place.partition)?.log else { continue }
        snapshot.lags.append(
          .init(
            group: group, topic: place.topic, partition: place.partition,
            lag: max(log.visibleEnd - max(committed.offset, log.startOffset), 0)))
      }
    }
    return snapshot
  }
}
