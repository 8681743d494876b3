/// Reads the `headers` column: a JSON object whose members become Kafka headers.
///
/// Strings are unescaped, null is a header without a value, anything else keeps its JSON text. It is our own and not
/// Foundation's, as that costs five times what everything else does to a row (docs/decisions/0001-header-scanner.md).
/// Its two buffers are used again for each row.
struct HeaderScanner {
  private var name: [UInt8] = []
  private var value: [UInt8] = []

  enum Fault: Error, Equatable {
    case notAnObject
    case malformed(offset: Int)
    case tooDeep
  }

  /// Nesting allowed inside one value.
  static let depthLimit = 64

  /// Calls `emit` for each member in order; its spans end with the call.
  mutating func scan(_ text: RawSpan, emit: (_ name: RawSpan, _ value: RawSpan?) -> Void) throws(Fault) {
    var at = Self.skipSpace(text, 0)
    guard at < text.byteCount, text.byte(at) == UInt8(ascii: "{") else { throw .notAnObject }
    at = Self.skipSpace(text, at + 1)
    if at < text.byteCount, text.byte(at) == UInt8(ascii: "}") { return try Self.expectEnd(text, at + 1) }
    while true {
      at = try member(text, at, emit)
      guard at < text.byteCount else { throw .malformed(offset: at) }
      let mark = text.byte(at)
      if mark == UInt8(ascii: "}") { return try Self.expectEnd(text, at + 1) }
      guard mark == UInt8(ascii: ",") else { throw .malformed(offset: at) }
      at = Self.skipSpace(text, at + 1)
    }
  }

  private mutating func member(
    _ text: RawSpan, _ start: Int, _ emit: (_ name: RawSpan, _ value: RawSpan?) -> Void
  ) throws(Fault) -> Int {
    var at = try JSONString.read(text, start, into: &name)
    at = Self.skipSpace(text, at)
    guard at < text.byteCount, text.byte(at) == UInt8(ascii: ":") else { throw .malformed(offset: at) }
    at = Self.skipSpace(text, at + 1)
    guard at < text.byteCount else { throw .malformed(offset: at) }
    if text.byte(at) == UInt8(ascii: "\"") {
      at = try JSONString.read(text, at, into: &value)
      emit(name.rawBytes, value.rawBytes)
    } else {
      let end = try Self.skipValue(text, at)
      let raw = text.extracting(at..<end)
      emit(name.rawBytes, Self.isNull(raw) ? nil : raw)
      at = end
    }
    return Self.skipSpace(text, at)
  }

  private static func isNull(_ raw: RawSpan) -> Bool { raw.byteCount == 4 && raw.byte(0) == UInt8(ascii: "n") }

  /// The end of a number, a literal, an array or an object. PostgreSQL has checked the inside of json columns;
  /// for text columns only the brackets are held to account here, as the bytes pass on unchanged.
  private static func skipValue(_ text: RawSpan, _ start: Int) throws(Fault) -> Int {
    var at = start
    var depth = 0
    scan: while at < text.byteCount {
      switch text.byte(at) {
      case UInt8(ascii: "\""):
        at = try JSONString.skip(text, at)
        continue scan
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        guard depth <= depthLimit else { throw .tooDeep }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { break scan }
        depth -= 1
        if depth == 0 { return at + 1 }
      case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
        if depth == 0 { break scan }
      default: break
      }
      at += 1
    }
    guard depth == 0, at > start else { throw .malformed(offset: at) }
    return at
  }

  private static func skipSpace(_ text: RawSpan, _ start: Int) -> Int {
    var at = start
    while at < text.byteCount {
      switch text.byte(at) {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return at
      }
    }
    return at
  }

  private static func expectEnd(_ text: RawSpan, _ start: Int) throws(Fault) {
    let at = skipSpace(text, start)
    guard at == text.byteCount else { throw .malformed(offset: at) }
  }
}
