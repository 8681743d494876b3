/// A command: what it is called, what it takes and what it does. A value, so that help, parsing and completion are
/// all made from the same description.
public struct Command: Sendable {
  /// A line that can be pasted into a shell, and what it does.
  public struct Example: Sendable {
    public let line: String
    public let explanation: String

    public init(_ line: String, _ explanation: String) {
      self.line = line
      self.explanation = explanation
    }
  }

  /// What a command does with what it was given. It may throw a `UsageError` (exit 2), an `ExitStatus`, or any
  /// other error (its description is printed, exit 1).
  public typealias Action = @Sendable (ParsedArguments) throws -> Void

  public let name: String
  /// One line, for the list of commands.
  public let summary: String
  /// Paragraphs below the usage; may be empty.
  public let discussion: String
  /// At least one.
  public let examples: [Example]
  public let options: [Option]
  public let positionals: [Positional]
  public let subcommands: [Command]
  /// Nil for a command that only groups others.
  public let run: Action?

  public init(
    _ name: String, summary: String, discussion: String = "", examples: [Example], options: [Option] = [],
    positionals: [Positional] = [], subcommands: [Command] = [], run: Action? = nil
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.examples = examples
    self.options = options
    self.positionals = positionals
    self.subcommands = subcommands
    self.run = run
  }
}

extension Command {
  var optionsWithHelp: [Option] { options + [.helpFlag] }

  /// What is wrong with the description itself, for a test over the whole tree; empty when all is well.
  public func faults(path: [String] = []) -> [String] {
    let here = path + [name]
    let place = here.joined(separator: " ")
    var faults: [String] = []
    if examples.isEmpty { faults.append("\(place): no example") }
    for example in examples where !example.line.contains(place) {
      faults.append("\(place): an example does not show the command: \(example.line)")
    }
    if summary.isEmpty || summary.hasSuffix(".") { faults.append("\(place): the summary is a phrase without a stop") }
    if run == nil && subcommands.isEmpty { faults.append("\(place): does nothing and has no subcommands") }
    if !subcommands.isEmpty && !positionals.isEmpty {
      faults.append("\(place): positionals cannot be told from subcommands")
    }
    if positionals.dropLast().contains(where: { $0.count == .many }) {
      faults.append("\(place): only the last positional can take many")
    }
    faults += Self.repeated(optionsWithHelp.map(\.name)).map { "\(place): option --\($0) declared twice" }
    faults += Self.repeated(optionsWithHelp.compactMap(\.short)).map { "\(place): option -\($0) declared twice" }
    faults += Self.repeated(subcommands.map(\.name)).map { "\(place): subcommand \($0) declared twice" }
    return faults + subcommands.flatMap { $0.faults(path: here) }
  }

  private static func repeated<Name: Hashable>(_ names: [Name]) -> [Name] {
    var seen: Set<Name> = []
    return names.filter { !seen.insert($0).inserted }
  }
}
