/// What a command was given. Asking for an option or positional that the command does not declare is a mistake in
/// the program and traps.
public struct ParsedArguments: Sendable {
  /// The command's words, such as `["bongsu", "config", "check"]`.
  public let path: [String]
  /// The root command, for commands about the commands, such as `completions`.
  public let root: Command
  let command: Command
  var values: [String: [String]] = [:]
  var words: [String: [String]] = [:]

  init(path: [String], root: Command, command: Command) {
    self.path = path
    self.root = root
    self.command = command
  }

  /// Whether a flag was given.
  public func flag(_ name: String) -> Bool {
    precondition(declared(name)?.kind == .flag, "--\(name) is not a flag of '\(path.joined(separator: " "))'")
    return values[name] != nil
  }

  /// The value of a string option, or nil when it was not given.
  public func string(_ name: String) -> String? {
    precondition(declared(name)?.kind == .string, "--\(name) is not a string of '\(path.joined(separator: " "))'")
    return values[name]?.first
  }

  /// The value of an integer option, already checked against its range, or nil when it was not given.
  public func integer(_ name: String) -> Int? {
    guard case .integer? = declared(name)?.kind else {
      preconditionFailure("--\(name) is not an integer of '\(path.joined(separator: " "))'")
    }
    return values[name]?.first.flatMap { Int($0) }
  }

  /// Every value of a repeated option, in the order given.
  public func strings(_ name: String) -> [String] {
    precondition(declared(name)?.kind == .repeated, "--\(name) does not repeat in '\(path.joined(separator: " "))'")
    return values[name] ?? []
  }

  /// The words given for a positional: one for `.one`, none or one for `.optional`.
  public func words(_ name: String) -> [String] {
    precondition(
      command.positionals.contains { $0.name == name }, "\(name) is not in '\(path.joined(separator: " "))'")
    return words[name] ?? []
  }

  /// Whether the command declares this option at all, for code that several commands share.
  public func declares(_ name: String) -> Bool { declared(name) != nil }

  private func declared(_ name: String) -> Option? { command.options.first { $0.name == name } }
}
