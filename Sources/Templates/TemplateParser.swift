/// Nests sections.
struct TemplateParser {
  private let tokens: [TemplateToken]
  private var next = 0

  init(_ tokens: [TemplateToken]) { self.tokens = tokens }

  mutating func parse(depth: Int) throws(TemplateError) -> [TemplateNode] { try nodes(until: nil, depth) }

  /// Up to the end of the section that was opened at `line`, or to the source's end.
  private mutating func nodes(
    until open: (name: TemplateName, line: Int)?, _ depth: Int
  ) throws(TemplateError) -> [TemplateNode] {
    var nodes: [TemplateNode] = []
    while next < tokens.count {
      let token = tokens[next]
      next += 1
      switch token {
      case .text(let text): nodes.append(.text(text))
      case .tag(.value, let name, _): nodes.append(.value(name))
      case .tag(.close, let name, let line):
        if name == open?.name { return nodes }
        throw .syntax(line, "{{/\(name)}} ends no section\(open.map { "; {{#\($0.name)}} is open" } ?? "")")
      case .tag(let kind, let name, let line):
        guard depth > 0 else { throw TemplateError(.tooLarge, "line \(line): sections are nested too deep") }
        let inner = try self.nodes(until: (name, line), depth - 1)
        nodes.append(.section(name, inner, isInverted: kind == .inverted))
      }
    }
    if let open { throw .syntax(open.line, "{{#\(open.name)}} is not ended by {{/\(open.name)}}") }
    return nodes
  }
}
