/// PostgreSQL's text of an array, filled element by element: a statement's parameter such as `$1::text[]`. (`OutboxClient`
/// has another, as it links no library of PostgreSQL's.)
public struct SQLArray {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  /// - Parameter capacity: about how many bytes it will be.
  public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Any text, quoted; nil is null. By bytes: a quotation mark with an accent is one character, and would pass for none.
  public mutating func append(_ text: String?) {
    next()
    guard let text else { return bytes.append(contentsOf: "NULL".utf8) }
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// For what needs no quotation marks: ids, days, the program's own words. Never an empty text, nor `null`.
  public mutating func append(plain text: String) {
    next()
    bytes.append(contentsOf: text.utf8)
  }

  /// Nil is null.
  public mutating func append(_ number: Int64?) { append(plain: number.map(String.init) ?? "NULL") }

  /// What it is so far.
  public var value: SQLValue { .text(String(decoding: bytes, as: UTF8.self) + "}") }

  private mutating func next() {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
  }
}

extension SQLValue {
  /// An array of whatever type the statement reads texts as.
  public static func array(_ texts: some Sequence<String>) -> SQLValue {
    var array = SQLArray()
    for text in texts { array.append(text) }
    return array.value
  }

  /// An array of numbers.
  public static func array(_ numbers: some Sequence<Int64>) -> SQLValue {
    var array = SQLArray()
    for number in numbers { array.append(number) }
    return array.value
  }
}
