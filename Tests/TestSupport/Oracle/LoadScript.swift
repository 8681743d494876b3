/// The transactions of one writer, chosen by its seed: single and multi-row inserts, savepoints that are kept or
/// rolled back, roll-backs of the whole.
///
/// Each key belongs to one writer, and the header `n` rises with each of its events, so that the order per key can be
/// judged.
struct LoadScript {
  private(set) var lastCommits = false
  private let writer: Int
  private let table: String?
  private var random: SeededGenerator
  private var n = 0
  /// No other load's.
  private let idPrefix: String

  private static let keys = 10

  init(writer: Int, seed: UInt64, table: String?) {
    self.writer = writer
    self.table = table
    let digits = String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
    idPrefix = "0198c0de-\(digits.prefix(4))-7\(digits.dropFirst(4).prefix(3))-8\(writer % 10)\(digits.suffix(1))0-"
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
      return #"('\#(id())'::uuid, 'order', '\#(key)', 'order.made', '{"note": "\#(padding())"}', '{"n": "\#(n)"}')"#
    }.joined(separator: ", ")
    guard let table else {
      return "SELECT outbox.enqueue(a, k, t, p::jsonb, h::jsonb, i) FROM (VALUES \(values)) AS v (i, a, k, t, p, h)"
    }
    return "INSERT INTO \(table) (id, aggregatetype, aggregateid, type, payload, headers) VALUES \(values)"
  }

  /// UUIDv7 that rises, as `OutboxClient` makes them.
  private func id() -> String {
    let digits = String(n, radix: 16)
    return idPrefix + String(repeating: "0", count: 12 - digits.count) + digits
  }

  private mutating func padding() -> String { String(repeating: "x", count: Int.random(in: 0...800, using: &random)) }
}
