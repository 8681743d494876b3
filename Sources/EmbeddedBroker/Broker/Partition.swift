/// A partition's log, and who waits for it.
final class Partition {
  let topic: String
  let index: Int32
  let log: PartitionLog
  /// Produce requests whose records are not durable yet.
  var produces: [PendingProduce] = []
  /// Fetches that wait for records.
  var fetches: [WaitingFetch] = []
  /// Bytes that readers could see since the start; only grows.
  private(set) var shownBytes: UInt64 = 0
  private var appendedBytes: UInt64 = 0
  private var syncingBytes: UInt64 = 0

  init(topic: String, index: Int32, log: PartitionLog) {
    self.topic = topic
    self.index = index
    self.log = log
  }

  var waitsForSync: Bool { log.settings.sync == .always }

  func appended(_ bytes: Int) {
    appendedBytes += UInt64(bytes)
    if !waitsForSync { shownBytes = appendedBytes }
  }

  func syncBegan() { syncingBytes = appendedBytes }
  func synced() { shownBytes = max(shownBytes, syncingBytes) }
}
