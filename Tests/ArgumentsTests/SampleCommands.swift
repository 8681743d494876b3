import Arguments

/// A tree with every kind of option, a group, and a command that both runs and groups.
enum SampleCommands {
  static let relay = Command(
    "relay", summary: "moves rows", discussion: "It reads, and it writes.",
    examples: [.init("ship relay --slot a", "one slot")],
    options: [
      .string("slot", "NAME", short: "s", help: "The slot."),
      .string("config", "FILE", completion: .files, help: "The file."),
      .string("level", "LEVEL", completion: .words(["info", "warning"]), help: "It's the level: of logs."),
      .integer("tables", "N", in: 1...16, help: "How many."),
      .flag("create-slot", help: "Make the slot."),
      .repeated("set", "KEY=VALUE", help: "Any key."),
    ],
    subcommands: [repair], run: { _ in })

  static let repair = Command(
    "repair", summary: "repairs", examples: [.init("ship relay repair", "repair it")], run: { _ in throw ExitStatus(7) }
  )

  static let completions = Command(
    "completions", summary: "prints a script", examples: [.init("ship completions bash", "for bash")],
    positionals: [Positional("SHELL", completion: .words(["bash", "zsh"]), help: "Which shell.")], run: { _ in })

  static let copy = Command(
    "copy", summary: "copies", examples: [.init("ship config copy a b", "two")],
    positionals: [Positional("FROM", help: "From."), Positional("TO", .many, help: "To.")], run: { _ in })

  static let group = Command(
    "config", summary: "about the configuration", examples: [.init("ship config", "list")], subcommands: [copy])

  static let root = Command(
    "ship", summary: "a test program", examples: [.init("ship relay", "start")],
    subcommands: [relay, completions, group])

  static func parse(_ words: String...) throws(UsageError) -> ParsedArguments {
    switch try root.parse(words) {
    case .run(let parsed, _): return parsed
    case .help: throw UsageError(.missingCommand, "help was asked for")
    }
  }

  static func help(_ words: String...) throws(UsageError) -> String? {
    if case .help(let text) = try root.parse(words) { text } else { nil }
  }

  /// The error of a line that must not parse.
  static func error(_ words: String...) -> UsageError? {
    do throws(UsageError) { _ = try root.parse(words) } catch { return error }
    return nil
  }
}
