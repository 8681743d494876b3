/// Writes one JSON object, member after member.
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var isFirst = true

  /// - Parameter capacity: bytes that are likely to be written.
  public init(capacity: Int = 640) { bytes.reserveCapacity(capacity) }

  /// The whole.
  public mutating func object(_ body: (inout JSONWriter) -> Void) { nest(body) }

  public mutating func member(_ name: StaticString, _ text: String) {
    begin(name)
    write(text)
  }

  /// Nothing where there is none.
  public mutating func member(_ name: StaticString, _ text: String?) {
    if let text { member(name, text) }
  }

  public mutating func member(_ name: StaticString, _ number: some BinaryInteger) {
    begin(name)
    bytes += String(number).utf8
  }

  public mutating func member(_ name: StaticString, _ number: (some BinaryInteger)?) {
    if let number { member(name, number) }
  }

  public mutating func member(_ name: StaticString, _ flag: Bool) {
    begin(name)
    bytes += (flag ? "true" : "false").utf8
  }

  public mutating func member(_ name: StaticString, _ flag: Bool?) {
    if let flag { member(name, flag) }
  }

  public mutating func member(_ name: StaticString, _ texts: [String]?) {
    guard let texts else { return }
    begin(name)
    bytes.append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(text)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  public mutating func member(_ name: StaticString, _ time: UnixTime?) { member(name, time?.milliseconds) }

  public mutating func member(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
    begin(name)
    nest(body)
  }

  /// A list with an object for each item.
  public mutating func member<Item>(
    _ name: StaticString, each items: [Item], _ body: (inout JSONWriter, Item) -> Void
  ) {
    begin(name)
    bytes.append(UInt8(ascii: "["))
    for (index, item) in items.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      nest { body(&$0, item) }
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func nest(_ body: (inout JSONWriter) -> Void) {
    let outer = isFirst
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
    body(&self)
    bytes.append(UInt8(ascii: "}"))
    isFirst = outer
  }

  /// - Parameter name: of ASCII letters.
  private mutating func begin(_ name: StaticString) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    if isPlain { bytes += text.utf8 } else { for byte in text.utf8 { escape(byte) } }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case 0x0A: bytes += Array("\\n".utf8)
    case 0x0D: bytes += Array("\\r".utf8)
    case 0x09: bytes += Array("\\t".utf8)
    case ..<0x20: bytes += Array((byte < 0x10 ? "\\u000" : "\\u00").utf8) + Array(String(byte, radix: 16).utf8)
    default: bytes.append(byte)
    }
  }
}
