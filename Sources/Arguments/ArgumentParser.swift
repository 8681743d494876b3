import Suggestions

/// What a command line asks for.
public enum Invocation: Sendable {
  /// To run a command.
  case run(ParsedArguments, Command.Action)
  /// To print this help.
  case help(String)
}

extension Command {
  /// Understands a command line: `arguments` without the program's own name.
  public func parse(_ arguments: [String]) throws(UsageError) -> Invocation {
    var rest = arguments[...]
    let asksForHelp = rest.first == "help" && !subcommands.contains { $0.name == "help" }
    if asksForHelp { rest = rest.dropFirst() }
    var (command, path) = (self, [name])
    while let word = rest.first, let next = command.subcommands.first(where: { $0.name == word }) {
      (command, path, rest) = (next, path + [word], rest.dropFirst())
    }
    var parser = ArgumentParser(result: ParsedArguments(path: path, root: self, command: command))
    if asksForHelp || parser.wantsHelp(rest) {
      if let word = rest.first, !word.hasPrefix("-"), !command.subcommands.isEmpty { throw parser.unknownCommand(word) }
      return .help(command.helpText(path: path))
    }
    try parser.parse(rest)
    guard let run = command.run else {
      throw UsageError(.missingCommand, "'\(parser.place)' needs a command", command: parser.place)
    }
    return .run(parser.result, run)
  }
}

/// Sorts the words after the command's name into options and positionals.
struct ArgumentParser {
  var result: ParsedArguments
  private var loose: [String] = []

  init(result: ParsedArguments) { self.result = result }

  var place: String { result.path.joined(separator: " ") }
  private var options: [Option] { result.command.options }

  /// Help is given even when the rest of the line is wrong; a word that is an option's value does not count.
  func wantsHelp(_ words: ArraySlice<String>) -> Bool {
    var isValue = false
    for word in words {
      if word == "--" { return false }
      if !isValue && (word == "--help" || word == "-h") { return true }
      isValue = !isValue && options.contains { $0.takesValue && (word == "--\($0.name)" || word == $0.shortForm) }
    }
    return false
  }

  mutating func parse(_ words: ArraySlice<String>) throws(UsageError) {
    var rest = words
    while let word = rest.popFirst() {
      if word == "--" {
        loose += rest
        break
      }
      if word.hasPrefix("--") {
        try parseLong(word.dropFirst(2), &rest)
      } else if word.hasPrefix("-") && word != "-" {
        try parseShort(word, &rest)
      } else {
        if !result.command.subcommands.isEmpty { throw unknownCommand(word) }
        loose.append(word)
      }
    }
    try assignPositionals()
  }

  private mutating func parseLong(_ word: Substring, _ rest: inout ArraySlice<String>) throws(UsageError) {
    let name = String(word.prefix { $0 != "=" })
    guard let option = options.first(where: { $0.name == name }) else {
      throw error(
        .unknownOption, "unknown option --\(Self.shown(name))",
        suggestion: Suggestion.nearest(to: name, in: result.command.optionsWithHelp.map(\.name)).map { "--\($0)" })
    }
    let value = word.count > name.count ? String(word.dropFirst(name.count + 1)) : nil
    try take(option, value, &rest)
  }

  private mutating func parseShort(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
    let letter = word[word.index(after: word.startIndex)]
    let long = options.first { "-\($0.name)" == word && word.count > 2 }
    guard long == nil, let option = options.first(where: { $0.short == letter }) else {
      throw error(.unknownOption, "unknown option -\(letter)", suggestion: long.map { "--\($0.name)" })
    }
    let attached = word.dropFirst(2)
    try take(option, attached.isEmpty ? nil : String(attached), &rest)
  }

  private mutating func take(
    _ option: Option, _ attached: String?, _ rest: inout ArraySlice<String>
  ) throws(UsageError) {
    guard option.takesValue else {
      if attached != nil { throw error(.unexpectedValue, "--\(option.name) takes no value") }
      result.values[option.name] = []
      return
    }
    if option.kind != .repeated && result.values[option.name] != nil {
      throw error(.repeatedOption, "--\(option.name) is given twice")
    }
    let value = if let attached { attached } else { try nextValue(option, &rest) }
    try check(value, for: option)
    result.values[option.name, default: []].append(value)
  }

  /// A word that begins with a dash is more likely the next option than a value.
  private func nextValue(_ option: Option, _ rest: inout ArraySlice<String>) throws(UsageError) -> String {
    guard let word = rest.first, !word.hasPrefix("-") || word == "-" || Int(word) != nil else {
      let way = rest.isEmpty ? "" : " (write --\(option.name)=\(option.valueName) for one that begins with a dash)"
      throw error(.missingValue, "--\(option.name) needs a value \(option.valueName)\(way)")
    }
    rest = rest.dropFirst()
    return word
  }

  private func check(_ value: String, for option: Option) throws(UsageError) {
    guard case .integer(let range) = option.kind else { return }
    guard let number = Int(value), range.contains(number) else {
      let isOpen = range.upperBound == .max
      let bounds = isOpen ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      throw error(.badValue, "--\(option.name) needs a whole number \(bounds)")
    }
  }

  private mutating func assignPositionals() throws(UsageError) {
    var rest = loose[...]
    for positional in result.command.positionals {
      let taken = positional.count == .many ? rest : rest.prefix(1)
      if taken.isEmpty && positional.count == .one { throw error(.missingArgument, "\(positional.name) is missing") }
      if case .words(let allowed) = positional.completion, let odd = taken.first(where: { !allowed.contains($0) }) {
        throw error(
          .badValue, "\(positional.name) is one of \(allowed.joined(separator: ", "))",
          suggestion: Suggestion.nearest(to: odd, in: allowed))
      }
      result.words[positional.name] = Array(taken)
      rest = rest.dropFirst(taken.count)
    }
    guard !rest.isEmpty else { return }
    // Not repeated: it may be the second word of a connection string without quotes, and so a password.
    throw error(.unexpectedArgument, "too many arguments; a value with spaces needs quotes")
  }

  func unknownCommand(_ word: String) -> UsageError {
    let names = result.command.subcommands.map(\.name)
    return error(
      .unknownCommand, "'\(place)' has no command '\(Self.shown(word))'",
      suggestion: Suggestion.nearest(to: word, in: names))
  }

  /// Only what looks like a name is repeated: a connection string in the wrong place may hold a password.
  private static func shown(_ word: String) -> String {
    let isName = word.count <= 40 && word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    return isName ? word : "…"
  }

  private func error(_ code: UsageError.Code, _ message: String, suggestion: String? = nil) -> UsageError {
    UsageError(code, message, suggestion: suggestion, command: place)
  }
}

extension Option {
  fileprivate var shortForm: String? { short.map { "-\($0)" } }
}
