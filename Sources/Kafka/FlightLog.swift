/// Batches on their way into Kafka, in the order in which they were read: an offset is finished once its batch and all
/// before it are acknowledged.
public struct FlightLog {
  private struct Entry {
    var left: Int
    var next: [TopicPartition: Int64]
    let arrivals: [Int64]
    var isClosed = false
  }

  private var entries: [Entry] = []
  /// The number of the first entry.
  private var first: UInt = 0
  public private(set) var records = 0

  public init() {}

  public var batches: Int { entries.count }
  public var isEmpty: Bool { entries.isEmpty }

  /// Opens a batch; its number.
  /// - Parameters:
  ///   - next: where reading goes on after it, by partition.
  ///   - arrivals: timestamps of its sources.
  public mutating func open(next: [TopicPartition: Int64], arrivals: [Int64]) -> UInt {
    entries.append(Entry(left: 0, next: next, arrivals: arrivals))
    return first + UInt(entries.count - 1)
  }

  public mutating func add(to batch: UInt) {
    entries[Int(batch - first)].left += 1
    records += 1
  }

  /// Nothing more is added to it.
  public mutating func close(_ batch: UInt) { entries[Int(batch - first)].isClosed = true }

  public mutating func acknowledge(_ batch: UInt) {
    entries[Int(batch - first)].left -= 1
    records -= 1
  }

  /// Takes off what is finished at the front.
  /// - Returns: where reading goes on, and the timestamps of the sources that are done.
  public mutating func takeFinished() -> (next: [TopicPartition: Int64], arrivals: [Int64]) {
    var result: (next: [TopicPartition: Int64], arrivals: [Int64]) = ([:], [])
    while let entry = entries.first, entry.isClosed, entry.left == 0 {
      result.next.merge(entry.next) { max($0, $1) }
      result.arrivals += entry.arrivals
      entries.removeFirst()
      first += 1
    }
    return result
  }

  /// Somebody else reads these partitions now: what is finished of them is not ours to say.
  public mutating func forget(_ partitions: [TopicPartition]) {
    for index in entries.indices { for partition in partitions { entries[index].next[partition] = nil } }
  }
}
