import Kafka

/// How a batch is shared between threads: by partitions, as what is in one is to be routed in its order.
enum RoutingShares {
  /// Fewer are not worth another thread.
  static let least = 32

  /// - Returns: at most `count` shares of about the same size, each in the records' order; none is empty.
  static func of(_ records: [SourceRecord], count: Int) -> [[SourceRecord]] {
    let count = min(count, records.count / least)
    guard count > 1 else { return records.isEmpty ? [] : [records] }
    let share = places(records, count: count)
    var shares = Array(repeating: [SourceRecord](), count: count)
    for record in records { shares[share[record.place] ?? 0].append(record) }
    return shares.filter { !$0.isEmpty }
  }

  /// The largest partition first, each to whom has the least so far.
  private static func places(_ records: [SourceRecord], count: Int) -> [TopicPartition: Int] {
    let sizes = records.reduce(into: [TopicPartition: Int]()) { $0[$1.place, default: 0] += 1 }
    var loads = Array(repeating: 0, count: count)
    var share: [TopicPartition: Int] = [:]
    for (place, size) in sizes.sorted(by: { ($1.value, $0.key.partition) < ($0.value, $1.key.partition) }) {
      let lightest = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[lightest] += size
      share[place] = lightest
    }
    return share
  }
}
