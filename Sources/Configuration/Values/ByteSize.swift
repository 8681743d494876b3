/// Sizes as people write them: `512`, `64kB`, `16MB`, `1GiB`. As in PostgreSQL's own settings a kilobyte is 1024
/// bytes, with or without the i.
enum ByteSize {
  private static let units: [(names: [String], bytes: Int)] = [
    (["GB", "GiB"], 1 << 30), (["MB", "MiB"], 1 << 20), (["kB", "KB", "KiB"], 1 << 10), (["B", ""], 1),
  ]

  /// Nil when `text` is no size, or larger than `Int`.
  static func parse(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text[digits.endIndex...].drop { $0 == " " }
    guard let number = Int(digits), let factor = units.first(where: { $0.names.contains(String(unit)) }) else {
      return nil
    }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: factor.bytes)
    return overflow ? nil : bytes
  }

  /// In the largest unit without a remainder.
  static func text(_ bytes: Int) -> String {
    let unit = units.first { bytes != 0 && bytes % $0.bytes == 0 } ?? units[3]
    return "\(bytes / unit.bytes)\(unit.names[0])"
  }
}
