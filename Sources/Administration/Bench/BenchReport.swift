import Foundation

/// What a run found.
public struct BenchReport: Sendable, Equatable {
  /// For people: tables.
  public private(set) var text = ""
  /// For programs, units last in the names.
  public private(set) var figures: [String: Double] = [:]
  /// Why the run must not be trusted; empty when all went well.
  public internal(set) var failures: [String] = []

  /// `{"figures": {name: number}}`.
  public var json: String {
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .prettyPrinted]
    // Texts and numbers alone can always be written.
    let data = (try? JSONSerialization.data(withJSONObject: ["figures": figures], options: options)) ?? Data()
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  /// Writes `json` into a file.
  public func write(to file: String) throws { try json.write(toFile: file, atomically: true, encoding: .utf8) }

  mutating func line(_ line: String = "") { text += line + "\n" }

  mutating func figure(_ name: String, _ value: Double) { figures[name] = (value * 1_000).rounded() / 1_000 }

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
