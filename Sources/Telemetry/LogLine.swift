public import Foundation

/// One line of a log.
public struct LogLine: Sendable {
  public let time: Date
  public let level: Logger.Level
  public let label: String
  public let message: String
  public let metadata: [(key: String, value: String)]

  /// One JSON object without a line end: `ts`, `level`, `label`, `message`, and the metadata's members. A member
  /// whose name is taken gets an underscore, as a name must not come twice.
  public var json: String {
    let time = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let fields = [("ts", time), ("level", level.rawValue), ("label", label), ("message", message)]
    var taken: Set<String> = []
    let members = (fields + metadata.map { ($0.key, $0.value) }).map { name, value in
      var name = name
      while !taken.insert(name).inserted { name += "_" }
      return "\(Self.quoted(name)):\(Self.quoted(value))"
    }
    return "{\(members.joined(separator: ","))}"
  }

  private static func quoted(_ text: String) -> String {
    var out = "\"".unicodeScalars
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        out.append("\\")
        out.append(scalar)
      case "\n": out += "\\n".unicodeScalars
      case _ where isControl(scalar): out += escape(scalar).unicodeScalars
      default: out.append(scalar)
      }
    }
    return String(out) + "\""
  }

  /// What JSON forbids, and what some readers take for a line's end or a terminal for a command.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
