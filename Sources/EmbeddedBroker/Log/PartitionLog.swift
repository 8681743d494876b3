/// One partition's records on disk: segments in Kafka's format, of which the last is written.
///
/// It belongs to one thread. Only `LogSync.run` may run on another, while this one goes on.
final class PartitionLog {
  let directory: String
  var settings: PartitionSettings
  let files: any FileLayer
  /// What the start found.
  let recovery: RecoveryReport

  /// The first offset that clients may read.
  var startOffset: Int64
  var closed: [ClosedSegment]
  var active: Segment
  var producers: ProducerStates
  /// A roll failed on its way and comes before the next append.
  var isRollUnfinished = false
  var places = PlaceCache()
  var durability: Durability

  /// Opens the partition, or makes it, and recovers what a crash left.
  /// - Parameter now: milliseconds since 1970, as everywhere here.
  init(directory: String, settings: PartitionSettings, files: any FileLayer, now: Int64) throws(LogError) {
    self.directory = directory
    self.settings = settings
    self.files = files
    let found = try LogRecovery(directory: directory, settings: settings, files: files, now: now)
    recovery = found.report
    startOffset = found.startOffset
    active = found.scanned[found.scanned.count - 1]
    closed = found.closed + found.scanned.dropLast().map { ClosedSegment(sealed: $0, directory: directory) }
    producers = found.producers
    durability = Durability(found)
    // What a client saw must not go with the power that is yet to fail: so it is made durable before it is shown again.
    if settings.sync == .always, endOffset > durability.end.nextOffset { try checkpoint() }
  }

  /// The offset that the next record gets.
  var endOffset: Int64 { active.nextOffset }

  /// The offset up to which clients may read: what is durable under `always`, else all.
  var visibleEnd: Int64 { settings.sync == .always ? durability.end.nextOffset : endOffset }

  /// Of all segments' logs, in bytes.
  var size: Int { closed.reduce(active.log.size) { $0 + $1.size } }

  /// The newest timestamp and an offset that has it, or whose batch has it; nil when no record has one.
  func newestRecord() throws(PartitionError) -> (timestamp: Int64, offset: Int64)? {
    do {
      var newest = active.newest
      for index in closed.indices {
        let other = try closed[index].findNewest(files)
        if other.timestamp >= newest.timestamp { newest = other }
      }
      return newest.timestamp < 0 ? nil : newest
    } catch {
      throw PartitionError(error)
    }
  }
}

extension ClosedSegment {
  init(sealed segment: Segment, directory: String) {
    self.init(
      name: SegmentName(directory: directory, baseOffset: segment.baseOffset), nextOffset: segment.nextOffset,
      size: segment.log.size, newest: segment.newest)
  }
}
