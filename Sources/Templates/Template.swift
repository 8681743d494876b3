/// A text with parameters, parsed once and rendered often: the part of Mustache that decides nothing.
///
/// - `{{name}}` prints a parameter, `{{user.name}}` a part of one, `{{.}}` the present item of a list.
/// - `{{#name}}…{{/name}}` shows what is inside once for each item of a list, or once where the parameter is there and
///   neither false nor null; `{{^name}}…{{/name}}` where it is not.
/// - `{{! … }}` is a comment.
///
/// A parameter that is printed and was not given is an error with its name. There is no way round the escaping, and
/// there are no partials, lambdas or other delimiters; each is an error when the template is parsed.
public struct Template: Sendable, Equatable {
  /// What a template may cost.
  public struct Limits: Sendable {
    /// Bytes of UTF-8 of the source, and of what it prints.
    public var sourceBytes = 64 << 10
    public var outputBytes = 1 << 20
    /// Sections within sections.
    public var depth = 16

    public init() {}
  }

  /// How printed parameters are made harmless; the template's own text is taken as it is.
  public enum Escaping: Sendable {
    /// For push, SMS and plain text.
    case none
    /// For e-mail: `&`, `<`, `>`, `"` and `'`.
    case html
  }

  let nodes: [TemplateNode]
  private let limits: Limits

  /// - Throws: `syntax` with the line, `tooLarge`.
  public init(_ source: String, limits: Limits = Limits()) throws(TemplateError) {
    var parser = TemplateParser(try TemplateLexer(source, limits: limits).tokens())
    (nodes, self.limits) = (try parser.parse(depth: limits.depth), limits)
  }

  /// - Parameter values: an object by the parameters' names.
  /// - Throws: `missing`, `notText`, `tooLarge`.
  public func render(_ values: TemplateValue, escaping: Escaping = .none) throws(TemplateError) -> String {
    var renderer = TemplateRenderer(escaping: escaping, bytesLeft: limits.outputBytes, scopes: [values])
    try renderer.render(nodes)
    return renderer.output
  }

  /// The parameters that it asks for, by the first part of their names.
  public var parameters: Set<String> { Self.parameters(nodes) }

  /// Those that it prints whatever the values: outside of all sections.
  public var printed: Set<String> {
    nodes.reduce(into: []) { found, node in
      if case .value(let name) = node { found.formUnion(name.parts.prefix(1)) }
    }
  }

  private static func parameters(_ nodes: [TemplateNode]) -> Set<String> {
    nodes.reduce(into: []) { found, node in
      switch node {
      case .text: break
      case .value(let name): found.formUnion(name.parts.prefix(1))
      case .section(let name, let inner, _):
        found.formUnion(name.parts.prefix(1))
        found.formUnion(parameters(inner))
      }
    }
  }

  public static func == (one: Template, other: Template) -> Bool { one.nodes == other.nodes }
}

/// A piece of a parsed template.
indirect enum TemplateNode: Sendable, Equatable {
  case text(String)
  case value(TemplateName)
  case section(TemplateName, [TemplateNode], isInverted: Bool)
}

/// A parameter's name; without parts it is the present item, `.`.
struct TemplateName: Sendable, Equatable, CustomStringConvertible {
  let parts: [String]
  var description: String { parts.isEmpty ? "." : parts.joined(separator: ".") }
}
