/// What a template is rendered with: JSON, with numbers as they are printed.
public enum TemplateValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(String)
  case text(String)
  case list([TemplateValue])
  case object([String: TemplateValue])

  /// What a section of it shows: false, null and an empty list are nothing.
  var isShown: Bool {
    switch self {
    case .null, .bool(false): false
    case .list(let items): !items.isEmpty
    default: true
    }
  }
}

extension TemplateValue: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self = .text(text) }
}

extension TemplateValue: Codable {
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? value.decode(Int64.self) {
      self = .number(String(number))
    } else if let number = try? value.decode(Double.self) {
      self = .number(String(number))
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let items = try? value.decode([TemplateValue].self) {
      self = .list(items)
    } else {
      self = .object(try value.decode([String: TemplateValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .bool(let flag): try value.encode(flag)
    case .number(let text):
      if let number = Int64(text) { try value.encode(number) } else { try value.encode(Double(text) ?? 0) }
    case .text(let text): try value.encode(text)
    case .list(let items): try value.encode(items)
    case .object(let members): try value.encode(members)
    }
  }
}
