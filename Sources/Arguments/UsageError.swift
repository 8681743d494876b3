/// A command line that cannot be understood. The process should exit with status 2.
public struct UsageError: Error, Sendable, CustomStringConvertible {
  /// The kinds of mistakes.
  public enum Code: Sendable, Equatable {
    case unknownCommand, missingCommand
    case unknownOption, missingValue, unexpectedValue, repeatedOption, badValue
    case missingArgument, unexpectedArgument
  }

  public let code: Code
  /// What is wrong. It names options but never repeats an option's value, which may be a password.
  public let message: String
  /// What was probably meant.
  public let suggestion: String?
  /// The command as typed so far, such as `bongsu config`; empty when not known.
  public internal(set) var command: String

  /// - Parameter command: may be left out by a command's action: the runner fills it in.
  public init(_ code: Code, _ message: String, suggestion: String? = nil, command: String = "") {
    self.code = code
    self.message = message
    self.suggestion = suggestion
    self.command = command
  }

  /// One line, and a second one that says where help is.
  public var description: String {
    let hint = suggestion.map { "; did you mean '\($0)'?" } ?? ""
    return command.isEmpty ? message + hint : "\(message)\(hint)\nSee '\(command) --help'."
  }
}

/// Ends a command with a status after it has itself said why.
public struct ExitStatus: Error, Sendable, Equatable {
  public let code: Int32

  public init(_ code: Int32) { self.code = code }
}
