@testable import PGOutput

/// A decoded message with its columns, and the bytes that the columns point into.
struct Decoded {
  let message: Message
  let tuple: TupleColumns
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) throws(PGOutputError) {
    var tuple = TupleColumns()
    message = try MessageDecoder.decode(bytes.span.bytes, into: &tuple)
    self.tuple = tuple
    self.bytes = bytes
  }

  var kinds: [TupleColumns.Field.Kind] { (0..<tuple.count).map { tuple[$0].kind } }
  var values: [[UInt8]] { (0..<tuple.count).map { Array(bytes[tuple[$0].range]) } }
  var texts: [String] { values.map { String(decoding: $0, as: UTF8.self) } }
}

enum Fixtures {
  static let relation = Relation(
    id: 16_385, namespace: "outbox", name: "event", replicaIdentity: UInt8(ascii: "d"),
    columns: [
      .init(isKey: true, name: "id", typeID: 2_950, typeModifier: -1),
      .init(isKey: false, name: "payload", typeID: 3_802, typeModifier: -1),
    ])
  static let begin = Message.Begin(commit: LSN(rawValue: 0x16_B374_D848), committedAt: 1, transactionID: 777)
  static let commit = Message.Commit(commit: LSN(rawValue: 5), end: LSN(rawValue: 6), committedAt: -1)
  static let origin = Message.Origin(commit: LSN(rawValue: 9), name: "elsewhere")
  static let type = Message.TypeDescription(id: 90_000, namespace: "public", name: "mood")

  /// One of every message, as bytes.
  static let messages: [[UInt8]] = [
    MessageEncoder.begin(begin), MessageEncoder.commit(commit), MessageEncoder.origin(origin),
    MessageEncoder.type(type), MessageEncoder.relation(relation),
    MessageEncoder.insert(16_385, [.text("a"), .null, .binary([0, 255]), .text("")]),
    MessageEncoder.update(16_385, [.text("new"), .unchanged]),
    MessageEncoder.update(16_385, old: ("K", [.text("key"), .null]), [.text("new"), .null]),
    MessageEncoder.delete(16_385, "O", [.text("old"), .binary([1])]),
    MessageEncoder.truncate([1, 2, 3], options: 3),
    MessageEncoder.logical(isTransactional: true, LSN(rawValue: 7), "bongsu", [1, 2, 3]),
  ]
}

/// SplitMix64: the same seed gives the same bytes on every machine.
struct SeededBytes: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
