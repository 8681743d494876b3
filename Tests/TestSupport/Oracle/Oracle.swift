import Postgres

/// Judges a relay by what is outside it: the committed rows of the table and the records of the topic as another
/// client reads them.
public struct Oracle: Sendable {
  private let database: TestDatabase
  private let topic: TopicReader
  private let table: String

  public init(database: TestDatabase, topic: TopicReader, table: String = "outbox.event") {
    self.database = database
    self.topic = topic
    self.table = table
  }

  /// Compares the two. The load must have ended and all of it been acknowledged.
  public func judge() throws -> Verdict {
    let rows = try database.connect().execute("SELECT id FROM \(table)").column
    return Verdict(committed: rows.compactMap { $0 }, records: try topic.records())
  }
}

/// What the oracle found.
public struct Verdict: Sendable, CustomStringConvertible {
  public let committed: Int
  public let delivered: Int
  /// Committed rows that the topic does not have: must be 0.
  public let missing: Int
  /// Records of no committed row: must be 0.
  public let unexpected: Int
  /// Records beyond the first of each id.
  public let duplicates: Int
  /// Keys of which some event overtook an earlier one: must be 0.
  public let disordered: Int

  /// - Parameter records: with `OutboxLoad`'s header `n` where order is to be judged: it rises with each commit of
  ///   a key.
  public init(committed ids: [String], records: [TopicReader.Record]) {
    let expected = Set(ids)
    let found = records.map { $0.header("id") ?? "" }
    let distinct = Set(found)
    committed = expected.count
    delivered = distinct.count
    missing = expected.subtracting(distinct).count
    unexpected = distinct.subtracting(expected).count
    duplicates = found.count - distinct.count
    disordered = Self.disordered(records)
  }

  /// Nothing missing, nothing that was rolled back, order kept.
  public var isSound: Bool { committed > 0 && missing == 0 && unexpected == 0 && disordered == 0 }

  public var description: String {
    "committed \(committed), delivered \(delivered), missing \(missing), unexpected \(unexpected), "
      + "duplicates \(duplicates), disordered keys \(disordered)"
  }

  /// Replays repeat a whole window, so that both the first and the last records of the ids rise.
  private static func disordered(_ records: [TopicReader.Record]) -> Int {
    let byPlace = records.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    let rising = [firsts(byPlace), firsts(byPlace.reversed()).mapValues { $0.reversed() }]
    let bad = rising.map { keys in Set(keys.filter { $0.value != $0.value.sorted() }.keys) }
    return bad[0].union(bad[1]).count
  }

  private static func firsts(_ records: [TopicReader.Record]) -> [String: [Int]] {
    var seen: Set<String> = []
    var numbers: [String: [Int]] = [:]
    for record in records {
      guard let n = record.header("n").flatMap(Int.init), seen.insert(record.header("id") ?? "").inserted else {
        continue
      }
      numbers[record.key, default: []].append(n)
    }
    return numbers
  }
}
