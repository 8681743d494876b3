/// One thing that is wrong, and where.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
  /// The kinds of problems.
  public enum Code: Sendable, Equatable {
    /// A file cannot be read, or is too large.
    case unreadable
    /// A file is not YAML, or uses a part of YAML that is refused here.
    case syntax
    case duplicateKey, unknownKey
    /// A text where a section belongs, and the like.
    case wrongType
    case badValue
    /// A value that is needed and not given.
    case missing
    /// Two values that exclude each other.
    case conflict
  }

  public let code: Code
  /// What is wrong, safe to log: no value of a secret is ever repeated.
  public let message: String
  public let origin: Origin?
  /// What was probably meant.
  public let suggestion: String?

  public init(_ code: Code, _ message: String, at origin: Origin? = nil, suggestion: String? = nil) {
    self.code = code
    self.message = message
    self.origin = origin
    self.suggestion = suggestion
  }

  /// `bongsu.yaml:12:3: unknown key relay.slto; did you mean 'relay.slot'?`
  public var description: String {
    let place = origin.map { "\($0): " } ?? ""
    return place + message + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
  }
}

/// Everything that was found wrong with a configuration: at least one problem.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  public let problems: [ConfigurationProblem]

  public init(_ problems: [ConfigurationProblem]) {
    precondition(!problems.isEmpty, "an error without a problem")
    self.problems = problems
  }

  init(_ problem: ConfigurationProblem) { self.init([problem]) }

  /// The first problem's.
  public var code: ConfigurationProblem.Code { problems[0].code }

  /// One line a problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
