/// Decodes pgoutput's messages, protocol version 1.
///
/// See "Logical Replication Message Formats" in PostgreSQL's documentation, whose order of fields each function keeps.
public enum MessageDecoder {
  /// Decodes the one message that `bytes` is. A row's columns go to `tuple`, with ranges into `bytes`.
  public static func decode(_ bytes: RawSpan, into tuple: inout TupleColumns) throws(PGOutputError) -> Message {
    var reader = ByteReader(bytes)
    let kind = try reader.byte()
    let message = try body(kind, &reader, &tuple)
    try reader.expectEnd()
    return message
  }

  private static func body(
    _ kind: UInt8, _ reader: inout ByteReader, _ tuple: inout TupleColumns
  ) throws(PGOutputError) -> Message {
    switch kind {
    case UInt8(ascii: "I"): return try insert(&reader, &tuple)
    case UInt8(ascii: "B"): return try begin(&reader)
    case UInt8(ascii: "C"): return try commit(&reader)
    case UInt8(ascii: "R"): return .relation(try relation(&reader))
    case UInt8(ascii: "U"): return try update(&reader, &tuple)
    case UInt8(ascii: "D"): return try delete(&reader, &tuple)
    case UInt8(ascii: "T"): return try truncate(&reader)
    case UInt8(ascii: "M"): return try logical(&reader)
    case UInt8(ascii: "O"): return .origin(.init(commit: try reader.lsn(), name: try reader.text()))
    case UInt8(ascii: "Y"):
      return .type(.init(id: try reader.integer(UInt32.self), namespace: try reader.text(), name: try reader.text()))
    default: throw PGOutputError(code: .unknownKind, offset: 0)
    }
  }

  private static func begin(_ reader: inout ByteReader) throws(PGOutputError) -> Message {
    .begin(
      .init(
        commit: try reader.lsn(), committedAt: try reader.integer(Int64.self),
        transactionID: try reader.integer(UInt32.self)))
  }

  private static func commit(_ reader: inout ByteReader) throws(PGOutputError) -> Message {
    _ = try reader.byte()  // flags, unused in version 1
    return .commit(
      .init(commit: try reader.lsn(), end: try reader.lsn(), committedAt: try reader.integer(Int64.self)))
  }

  private static func relation(_ reader: inout ByteReader) throws(PGOutputError) -> Relation {
    let id = try reader.integer(UInt32.self)
    let namespace = try reader.text()
    let name = try reader.text()
    let identity = try reader.byte()
    var columns: [Relation.Column] = []
    for _ in 0..<Int(try reader.integer(UInt16.self)) {
      columns.append(
        .init(
          isKey: try reader.byte() & 1 == 1, name: try reader.text(), typeID: try reader.integer(UInt32.self),
          typeModifier: try reader.integer(Int32.self)))
    }
    return Relation(id: id, namespace: namespace, name: name, replicaIdentity: identity, columns: columns)
  }

  private static func insert(
    _ reader: inout ByteReader, _ tuple: inout TupleColumns
  ) throws(PGOutputError) -> Message {
    let relation = try reader.integer(UInt32.self)
    guard try reader.byte() == UInt8(ascii: "N") else { throw reader.error(.unknownKind) }
    try tuple.read(&reader)
    return .insert(relation)
  }

  /// The old tuple or key comes first where the replica identity asks for it; the new one is what remains.
  private static func update(
    _ reader: inout ByteReader, _ tuple: inout TupleColumns
  ) throws(PGOutputError) -> Message {
    let relation = try reader.integer(UInt32.self)
    var part = try reader.byte()
    if part == UInt8(ascii: "K") || part == UInt8(ascii: "O") {
      try tuple.read(&reader)
      part = try reader.byte()
    }
    guard part == UInt8(ascii: "N") else { throw reader.error(.unknownKind) }
    try tuple.read(&reader)
    return .update(relation)
  }

  private static func delete(
    _ reader: inout ByteReader, _ tuple: inout TupleColumns
  ) throws(PGOutputError) -> Message {
    let relation = try reader.integer(UInt32.self)
    let part = try reader.byte()
    guard part == UInt8(ascii: "K") || part == UInt8(ascii: "O") else { throw reader.error(.unknownKind) }
    try tuple.read(&reader)
    return .delete(relation)
  }

  private static func truncate(_ reader: inout ByteReader) throws(PGOutputError) -> Message {
    let count = Int(try reader.integer(Int32.self))
    let options = try reader.byte()
    guard count >= 0, count * 4 == reader.remaining else { throw reader.error(.invalidLength) }
    var relations: [UInt32] = []
    for _ in 0..<count { relations.append(try reader.integer(UInt32.self)) }
    return .truncate(.init(relations: relations, cascades: options & 1 != 0, restartsIdentity: options & 2 != 0))
  }

  private static func logical(_ reader: inout ByteReader) throws(PGOutputError) -> Message {
    let flags = try reader.byte()
    let lsn = try reader.lsn()
    let prefix = try reader.text()
    let length = Int(try reader.integer(Int32.self))
    return .logical(
      .init(isTransactional: flags & 1 != 0, lsn: lsn, prefix: prefix, content: try reader.range(length)))
  }
}
