import NotificationModel
import Postgres

/// A column of a batch as PostgreSQL's text of an array.
struct ArrayText {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  private mutating func next() {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
  }

  mutating func append(_ text: String?) {
    next()
    guard let text else { return bytes.append(contentsOf: "NULL".utf8) }
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// For what needs no quotation marks: ids, days, words.
  mutating func append(plain text: String) {
    next()
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ number: (some BinaryInteger)?) {
    next()
    bytes.append(contentsOf: number.map { String($0) }?.utf8 ?? "NULL".utf8)
  }

  mutating func append(_ time: UnixTime?) { append(time?.milliseconds) }

  mutating func append(_ flag: Bool) { append(plain: flag ? "t" : "f") }

  var value: SQLValue { .text(String(decoding: bytes, as: UTF8.self) + "}") }
}

/// The columns of a statement, filled row by row.
struct ColumnTexts {
  private var columns: [ArrayText]
  private var at = 0

  init(_ count: Int, rows: Int) { columns = (0..<count).map { _ in ArrayText(capacity: rows * 24) } }

  private mutating func append(_ body: (inout ArrayText) -> Void) {
    body(&columns[at])
    at = (at + 1) % columns.count
  }

  mutating func text(_ text: String?) { append { $0.append(text) } }
  mutating func plain(_ text: String) { append { $0.append(plain: text) } }
  mutating func number(_ number: (some BinaryInteger)?) { append { $0.append(number) } }
  mutating func time(_ time: UnixTime?) { append { $0.append(time) } }
  mutating func flag(_ flag: Bool) { append { $0.append(flag) } }

  var values: [SQLValue] {
    precondition(at == 0, "a row is not whole")
    return columns.map(\.value)
  }
}
