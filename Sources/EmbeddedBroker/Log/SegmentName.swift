/// A segment's files: twenty digits of its base offset, as Kafka names them.
struct SegmentName {
  let directory: String
  let baseOffset: Int64

  static let suffixes = [".log", ".index", ".timeindex"]

  var log: String { path(".log") }
  var offsetIndex: String { path(".index") }
  var timeIndex: String { path(".timeindex") }

  private func path(_ suffix: String) -> String {
    let digits = String(baseOffset)
    return "\(directory)/\(String(repeating: "0", count: 20 - digits.count))\(digits)\(suffix)"
  }

  /// The base offset in a file's name; nil when it does not end so.
  static func baseOffset(_ name: String, suffix: String) -> Int64? {
    guard name.hasSuffix(suffix), name.utf8.count == 20 + suffix.utf8.count else { return nil }
    return Int64(name.prefix(20)).flatMap { $0 < 0 ? nil : $0 }
  }
}
