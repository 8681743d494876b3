import NotificationModel
import Postgres

/// Rows as people read them.
public struct ShownRows: Sendable, Equatable {
  public var names: [String]
  /// Nil is null.
  public var rows: [[String?]]

  init(names: [String], rows: [[String?]]) { (self.names, self.rows) = (names, rows) }

  init(_ result: QueryResult) {
    names = result.columnNames
    rows = (0..<result.rowCount).map { row in (0..<result.columnCount).map { result[row, $0] } }
  }

  /// A line for each row, columns aligned.
  public var table: String {
    let lines = [names] + rows.map { $0.map(Self.shown) }
    let widths = names.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }

  /// A line for each column of each row.
  public var list: String {
    let width = names.map(\.count).max() ?? 0
    return rows.map { row in
      zip(names, row).map { name, value in
        "\(name)\(String(repeating: " ", count: width - name.count))  \(Self.shown(value))\n"
      }.joined()
    }.joined(separator: "\n")
  }

  /// An object for each row, with all values as texts.
  var json: JSONValue {
    .list(
      rows.map { row in
        .object(Dictionary(zip(names, row.map { $0.map { .text($0) } ?? .null })) { _, last in last })
      })
  }

  /// Control characters and signs that turn the direction of text would change what a terminal shows.
  private static func shown(_ value: String?) -> String {
    guard let value else { return "-" }
    return String(
      String.UnicodeScalarView(
        value.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .lineSeparator, .paragraphSeparator: "\u{23CE}"
          case .control, .format: scalar == "\n" ? "\u{23CE}" : "\u{FFFD}"
          default: scalar
          }
        }))
  }
}
