/// The columns of one row as places in the bytes of its message. Made once and filled again for each row, so that
/// decoding a row allocates nothing. A message without a row leaves it as it was; after an error it holds a part.
public struct TupleColumns {
  public struct Field: Equatable, Sendable {
    public enum Kind: Sendable { case null, unchanged, text, binary }

    public var kind: Kind
    /// Where the value lies in the decoded span; empty for `null` and `unchanged`.
    public var range: Range<Int>
  }

  private var fields: [Field] = []

  public init() {}

  public var count: Int { fields.count }
  public subscript(index: Int) -> Field { fields[index] }

  /// Reads a TupleData part.
  mutating func read(_ reader: inout ByteReader) throws(PGOutputError) {
    fields.removeAll(keepingCapacity: true)
    for _ in 0..<Int(try reader.integer(UInt16.self)) { fields.append(try Self.field(&reader)) }
  }

  private static func field(_ reader: inout ByteReader) throws(PGOutputError) -> Field {
    let kind = try reader.byte()
    switch kind {
    case UInt8(ascii: "n"): return Field(kind: .null, range: reader.offset..<reader.offset)
    case UInt8(ascii: "u"): return Field(kind: .unchanged, range: reader.offset..<reader.offset)
    case UInt8(ascii: "t"), UInt8(ascii: "b"):
      let length = Int(try reader.integer(Int32.self))
      return Field(kind: kind == UInt8(ascii: "t") ? .text : .binary, range: try reader.range(length))
    default: throw reader.error(.unknownKind)
    }
  }
}
