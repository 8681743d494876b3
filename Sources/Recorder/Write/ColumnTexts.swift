import NotificationModel
import Postgres

/// The columns of a statement, each an array, filled row by row.
struct ColumnTexts {
  private var columns: [SQLArray]
  private var at = 0

  init(_ count: Int, rows: Int) { columns = (0..<count).map { _ in SQLArray(capacity: rows * 24) } }

  private mutating func append(_ body: (inout SQLArray) -> Void) {
    body(&columns[at])
    at = (at + 1) % columns.count
  }

  mutating func text(_ text: String?) { append { $0.append(text) } }
  /// For what needs no quotation marks: ids, days, words.
  mutating func plain(_ text: String) { append { $0.append(plain: text) } }
  mutating func number(_ number: Int64?) { append { $0.append(number) } }
  mutating func number(_ number: Int?) { append { $0.append(number.map(Int64.init)) } }
  mutating func time(_ time: UnixTime?) { number(time?.milliseconds) }
  mutating func flag(_ flag: Bool) { plain(flag ? "t" : "f") }

  var values: [SQLValue] {
    precondition(at == 0, "a row is not whole")
    return columns.map(\.value)
  }
}
