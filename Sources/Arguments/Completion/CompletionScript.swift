/// Makes the script that teaches a shell a command tree. Everything is written into the script, so that completing
/// does not start the program.
public enum Shell: String, Sendable, CaseIterable {
  case bash, zsh, fish

  /// The script for `root`, to be sourced by this shell.
  public func completionScript(for root: Command) -> String {
    switch self {
    case .bash: BashCompletion(root: root).script
    case .zsh: ZshCompletion(root: root).script
    case .fish: FishCompletion(root: root).script
    }
  }
}

/// One command of the tree with the words that lead to it.
struct CommandPlace {
  let path: [String]
  let command: Command

  var text: String { path.joined(separator: " ") }

  static func all(_ command: Command, path: [String] = []) -> [CommandPlace] {
    let here = path + [command.name]
    return [CommandPlace(path: here, command: command)] + command.subcommands.flatMap { all($0, path: here) }
  }

  /// What may be typed next, with what it does: subcommands, words of positionals, options.
  var candidates: [(word: String, help: String)] {
    let commands = command.subcommands.map { ($0.name, $0.summary) }
    let words = command.positionals.flatMap { positional -> [(String, String)] in
      guard case .words(let words) = positional.completion else { return [] }
      return words.map { ($0, positional.help) }
    }
    return commands + words + command.optionsWithHelp.map { ("--\($0.name)", $0.help) }
  }

  var valueOptions: [Option] { command.options.filter(\.takesValue) }
}

/// A shell word in single quotes.
func shellQuoted(_ text: String) -> String {
  "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
}
