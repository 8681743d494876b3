public import NotificationModel

/// JSON as people read it.
public enum JSONText {
  /// Members in the order of their names, each on a line of its own.
  public static func pretty(_ value: JSONValue, indent: Int = 0) -> String {
    let inner = String(repeating: " ", count: indent + 2)
    let outer = String(repeating: " ", count: indent)
    switch value {
    case .object(let members) where !members.isEmpty:
      let lines = members.sorted { $0.key < $1.key }.map {
        "\(inner)\(quoted($0.key)): \(pretty($0.value, indent: indent + 2))"
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
    case .list(let items) where !items.isEmpty:
      return "[\n" + items.map { inner + pretty($0, indent: indent + 2) }.joined(separator: ",\n") + "\n\(outer)]"
    default: return plain(value)
    }
  }

  /// On one line.
  public static func plain(_ value: JSONValue) -> String {
    switch value {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let text): return text
    case .text(let text): return quoted(text)
    case .list(let items): return "[\(items.map(plain).joined(separator: ","))]"
    case .object(let members):
      let texts = members.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(plain($0.value))" }
      return "{\(texts.joined(separator: ","))}"
    }
  }

  /// Signs that would turn a terminal's text are written as their codes.
  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        default: out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}
