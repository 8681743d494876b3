import Foundation

/// What a benchmark prints and writes.
struct Report {
  private(set) var text = ""
  private(set) var figures: [String: Double] = [:]
  /// Why the run must not be trusted; empty when all went well.
  var failures: [String] = []

  /// The figures for a machine: `{"figures": {"name": number}}`, units last in the names.
  var json: Data {
    get throws {
      try JSONSerialization.data(withJSONObject: ["figures": figures], options: [.prettyPrinted, .sortedKeys])
    }
  }

  mutating func line(_ line: String = "") { text += line + "\n" }

  mutating func figure(_ name: String, _ value: Double) { figures[name] = (value * 1000).rounded() / 1000 }

  /// Columns as wide as they must be, all but the first flush right.
  mutating func table(_ rows: [[String]]) {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = zip(row, widths).enumerated().map { index, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 0 ? cell.0 + padding : padding + cell.0
      }
      line(cells.joined(separator: "  "))
    }
  }
}

extension Double {
  func text(_ digits: Int = 0) -> String { String(format: "%.\(digits)f", self) }
}
