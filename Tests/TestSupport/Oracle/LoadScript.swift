/// The transactions of one writer, chosen by its seed: single and multi-row inserts, savepoints that are kept or
/// rolled back, roll-backs of the whole.
///
/// Each key belongs to one writer, and the header `n` rises with each of its events, so that the order per key can be
/// judged.
struct LoadScript {
  private(set) var lastCommits = false
  private let writer: Int
  private let table: String
  private var random: SeededGenerator
  private var n = 0

  private static let keys = 10

  init(writer: Int, seed: UInt64, table: String) {
    self.writer = writer
    self.table = table
    random = SeededGenerator(seed: seed &* 1_000 &+ UInt64(writer))
  }

  mutating func nextTransaction() -> String {
    lastCommits = Int.random(in: 0..<5, using: &random) > 0
    var parts = ["BEGIN"]
    for _ in 0..<Int.random(in: 1...3, using: &random) { parts.append(nextPart()) }
    parts.append(lastCommits ? "COMMIT" : "ROLLBACK")
    return parts.joined(separator: ";")
  }

  private mutating func nextPart() -> String {
    let rows = Int.random(in: 1...8, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return "SAVEPOINT s;" + insert(rows) + ";ROLLBACK TO s"
    case 1: return "SAVEPOINT s;" + insert(rows) + ";RELEASE s"
    default: return insert(rows)
    }
  }

  private mutating func insert(_ rows: Int) -> String {
    let values = (0..<rows).map { _ in
      n += 1
      let key = "key-\(writer)-\(Int.random(in: 0..<Self.keys, using: &random))"
      return #"(gen_random_uuid(), 'order', '\#(key)', 'order.made', '{"note": "\#(padding())"}', '{"n": "\#(n)"}')"#
    }
    return "INSERT INTO \(table) (id, aggregatetype, aggregateid, type, payload, headers) VALUES "
      + values.joined(separator: ", ")
  }

  private mutating func padding() -> String { String(repeating: "x", count: Int.random(in: 0...800, using: &random)) }
}
