/// An option of a command, as `--name` or `--name VALUE`.
public struct Option: Sendable {
  /// What an option takes.
  public enum Kind: Sendable, Equatable {
    /// Nothing: it is given or not.
    case flag
    /// One text, at most once.
    case string
    /// One whole number of the range, at most once.
    case integer(ClosedRange<Int>)
    /// One text each time it is given.
    case repeated
  }

  /// The long name, without dashes.
  public let name: String
  /// The one-letter name, if there is one.
  public let short: Character?
  public let kind: Kind
  /// What the help calls the value, such as FILE; empty for flags.
  public let valueName: String
  /// One sentence for the help.
  public let help: String
  /// What a shell offers as its value.
  public let completion: Completion

  /// An option without a value.
  public static func flag(_ name: String, short: Character? = nil, help: String) -> Option {
    Option(name: name, short: short, kind: .flag, valueName: "", help: help, completion: .none)
  }

  /// An option with one text.
  public static func string(
    _ name: String, _ valueName: String, short: Character? = nil, completion: Completion = .none, help: String
  ) -> Option {
    Option(name: name, short: short, kind: .string, valueName: valueName, help: help, completion: completion)
  }

  /// An option with one whole number of `range`.
  public static func integer(
    _ name: String, _ valueName: String, in range: ClosedRange<Int>, short: Character? = nil, help: String
  ) -> Option {
    Option(name: name, short: short, kind: .integer(range), valueName: valueName, help: help, completion: .none)
  }

  /// An option that may be given several times, with one text each time.
  public static func repeated(
    _ name: String, _ valueName: String, short: Character? = nil, completion: Completion = .none, help: String
  ) -> Option {
    Option(name: name, short: short, kind: .repeated, valueName: valueName, help: help, completion: completion)
  }

  var takesValue: Bool { kind != .flag }

  /// Every command has it, so none declares it.
  static let helpFlag = Option.flag("help", short: "h", help: "Show this help.")
}

/// What a shell's completion offers for a value.
public enum Completion: Sendable, Equatable {
  case none
  /// Names of files.
  case files
  /// One of these words. For a positional it is also checked when parsing.
  case words([String])
}

/// An argument without a dash, known by its place.
public struct Positional: Sendable {
  /// How many there are.
  public enum Count: Sendable, Equatable {
    case one
    case optional
    /// None or more; only the last positional can be this.
    case many
  }

  /// What help and `ParsedArguments` call it, such as SHELL.
  public let name: String
  public let count: Count
  /// One sentence for the help.
  public let help: String
  public let completion: Completion

  public init(_ name: String, _ count: Count = .one, completion: Completion = .none, help: String) {
    self.name = name
    self.count = count
    self.help = help
    self.completion = completion
  }

  var usage: String {
    switch count {
    case .one: name
    case .optional: "[\(name)]"
    case .many: "[\(name)...]"
    }
  }
}
