/// Why a template cannot be used, or not with these values. Names tags and parameters, never their values.
public struct TemplateError: Error, Equatable, CustomStringConvertible, Sendable {
  public enum Code: Sendable, Equatable {
    /// The source is no template: `line` says where.
    case syntax(line: Int)
    /// A parameter that the template prints was not given.
    case missing(parameter: String)
    /// A list or an object stands where a text should.
    case notText(parameter: String)
    /// The source, its nesting or what it prints is larger than `Template.Limits` allows.
    case tooLarge
  }

  public let code: Code
  public let description: String

  init(_ code: Code, _ description: String) { (self.code, self.description) = (code, description) }

  static func syntax(_ line: Int, _ what: String) -> TemplateError {
    TemplateError(.syntax(line: line), "line \(line): \(what)")
  }
}
