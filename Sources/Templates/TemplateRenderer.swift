/// Prints a parsed template with values.
struct TemplateRenderer {
  let escaping: Template.Escaping
  private(set) var output = ""
  private var bytesLeft: Int
  /// The innermost last.
  private var scopes: [TemplateValue]

  init(escaping: Template.Escaping, bytesLeft: Int, scopes: [TemplateValue]) {
    (self.escaping, self.bytesLeft, self.scopes) = (escaping, bytesLeft, scopes)
  }

  mutating func render(_ nodes: [TemplateNode]) throws(TemplateError) {
    for node in nodes {
      switch node {
      case .text(let text): try print(text)
      case .value(let name): try print(try text(of: name))
      case .section(let name, let inner, let isInverted): try section(name, inner, isInverted)
      }
    }
  }

  private mutating func section(_ name: TemplateName, _ inner: [TemplateNode], _ isInverted: Bool) throws(TemplateError)
  {
    let value = look(up: name) ?? .null
    if isInverted { return value.isShown ? () : try render(inner) }
    guard value.isShown else { return }
    guard case .list(let items) = value else { return try render(inner, in: value) }
    for item in items { try render(inner, in: item) }
  }

  private mutating func render(_ inner: [TemplateNode], in scope: TemplateValue) throws(TemplateError) {
    // Where nothing is printed, a list in a list in a list costs time all the same.
    try spend(1)
    scopes.append(scope)
    try render(inner)
    scopes.removeLast()
  }

  private func text(of name: TemplateName) throws(TemplateError) -> String {
    switch look(up: name) {
    case nil: throw TemplateError(.missing(parameter: "\(name)"), "the parameter \(name) is missing")
    case .null: return ""
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let text): return text
    case .text(let text): return escaped(text)
    case .list, .object:
      throw TemplateError(.notText(parameter: "\(name)"), "the parameter \(name) is a list or an object, not a text")
    }
  }

  /// The first part is looked for from the innermost scope outwards, the others only inside what was found.
  private func look(up name: TemplateName) -> TemplateValue? {
    guard let first = name.parts.first else { return scopes.last }
    for scope in scopes.reversed() {
      guard case .object(let members) = scope, let found = members[first] else { continue }
      return name.parts.dropFirst().reduce(.some(found)) { value, part in
        guard case .object(let members) = value else { return nil }
        return members[part]
      }
    }
    return nil
  }

  private mutating func print(_ text: String) throws(TemplateError) {
    try spend(text.utf8.count)
    output += text
  }

  private mutating func spend(_ bytes: Int) throws(TemplateError) {
    bytesLeft -= bytes
    if bytesLeft < 0 { throw TemplateError(.tooLarge, "the template prints too much with these parameters") }
  }

  private func escaped(_ text: String) -> String {
    guard escaping == .html else { return text }
    var safe = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      default: safe.unicodeScalars.append(character)
      }
    }
    return safe
  }
}
