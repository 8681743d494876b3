@testable import PGOutput

/// Writes what a server sends, for tests alone: the decoder's inverse, made from the documentation's field lists.
struct MessageEncoder {
  private(set) var bytes: [UInt8] = []

  enum Value {
    case null
    case unchanged
    case text(String)
    case binary([UInt8])
  }

  mutating func put(_ byte: UInt8) { bytes.append(byte) }
  mutating func put(_ letter: Unicode.Scalar) { bytes.append(UInt8(ascii: letter)) }
  mutating func put<T: FixedWidthInteger>(integer value: T) {
    for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) { put(UInt8(truncatingIfNeeded: value >> shift)) }
  }
  mutating func put(_ lsn: LSN) { put(integer: lsn.rawValue) }
  mutating func put(text: String) { bytes += Array(text.utf8) + [0] }

  mutating func put(tuple: [Value]) {
    put(integer: UInt16(tuple.count))
    for value in tuple {
      switch value {
      case .null: put("n")
      case .unchanged: put("u")
      case .text(let text): put(kind: "t", Array(text.utf8))
      case .binary(let bytes): put(kind: "b", bytes)
      }
    }
  }

  private mutating func put(kind: Unicode.Scalar, _ value: [UInt8]) {
    put(kind)
    put(integer: Int32(value.count))
    bytes += value
  }

  static func make(_ kind: Unicode.Scalar, _ body: (inout MessageEncoder) -> Void) -> [UInt8] {
    var encoder = MessageEncoder()
    encoder.put(kind)
    body(&encoder)
    return encoder.bytes
  }
}

extension MessageEncoder {
  static func begin(_ begin: Message.Begin) -> [UInt8] {
    make("B") { out in
      out.put(begin.commit)
      out.put(integer: begin.committedAt)
      out.put(integer: begin.transactionID)
    }
  }

  static func commit(_ commit: Message.Commit) -> [UInt8] {
    make("C") { out in
      out.put(0 as UInt8)
      out.put(commit.commit)
      out.put(commit.end)
      out.put(integer: commit.committedAt)
    }
  }

  static func relation(_ relation: Relation) -> [UInt8] {
    make("R") { out in
      out.put(integer: relation.id)
      out.put(text: relation.namespace)
      out.put(text: relation.name)
      out.put(relation.replicaIdentity)
      out.put(integer: UInt16(relation.columns.count))
      for column in relation.columns {
        out.put(column.isKey ? 1 as UInt8 : 0)
        out.put(text: column.name)
        out.put(integer: column.typeID)
        out.put(integer: column.typeModifier)
      }
    }
  }

  static func insert(_ relation: UInt32, _ tuple: [Value]) -> [UInt8] {
    make("I") { out in
      out.put(integer: relation)
      out.put("N")
      out.put(tuple: tuple)
    }
  }

  /// `old` is K for a key or O for a whole row.
  static func update(_ relation: UInt32, old: (Unicode.Scalar, [Value])? = nil, _ new: [Value]) -> [UInt8] {
    make("U") { out in
      out.put(integer: relation)
      if let old {
        out.put(old.0)
        out.put(tuple: old.1)
      }
      out.put("N")
      out.put(tuple: new)
    }
  }

  static func delete(_ relation: UInt32, _ part: Unicode.Scalar, _ old: [Value]) -> [UInt8] {
    make("D") { out in
      out.put(integer: relation)
      out.put(part)
      out.put(tuple: old)
    }
  }

  static func truncate(_ relations: [UInt32], options: UInt8) -> [UInt8] {
    make("T") { out in
      out.put(integer: Int32(relations.count))
      out.put(options)
      for relation in relations { out.put(integer: relation) }
    }
  }

  static func logical(isTransactional: Bool, _ lsn: LSN, _ prefix: String, _ content: [UInt8]) -> [UInt8] {
    make("M") { out in
      out.put(isTransactional ? 1 as UInt8 : 0)
      out.put(lsn)
      out.put(text: prefix)
      out.put(integer: Int32(content.count))
      for byte in content { out.put(byte) }
    }
  }

  static func origin(_ origin: Message.Origin) -> [UInt8] {
    make("O") { out in
      out.put(origin.commit)
      out.put(text: origin.name)
    }
  }

  static func type(_ type: Message.TypeDescription) -> [UInt8] {
    make("Y") { out in
      out.put(integer: type.id)
      out.put(text: type.namespace)
      out.put(text: type.name)
    }
  }
}
