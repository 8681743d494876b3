extension Command {
  /// The help of this command when it is reached by `path`, which ends with its own name.
  public func helpText(path: [String]) -> String {
    let place = path.joined(separator: " ")
    var sections = ["\(place): \(summary)", usage(place)]
    if !discussion.isEmpty { sections.append(discussion) }
    let commands = subcommands.map { ($0.name, $0.summary) }
    let arguments = positionals.map { ($0.name, $0.help) }
    let listed = optionsWithHelp.map { ($0.label, $0.help) }
    let width = min(32, (commands + arguments + listed).map(\.0.count).max() ?? 0)
    if !commands.isEmpty { sections.append("Commands:\n" + Self.table(commands, width: width)) }
    if !arguments.isEmpty { sections.append("Arguments:\n" + Self.table(arguments, width: width)) }
    sections.append("Options:\n" + Self.table(listed, width: width))
    let shown = examples.map { "  # \($0.explanation)\n  \($0.line)" }
    let heading = shown.count == 1 ? "Example:\n" : "Examples:\n"
    if !shown.isEmpty { sections.append(heading + shown.joined(separator: "\n\n")) }
    if !subcommands.isEmpty { sections.append("'\(place) COMMAND --help' tells more about a command.") }
    return sections.joined(separator: "\n\n") + "\n"
  }

  private func usage(_ place: String) -> String {
    var forms: [String] = []
    if run != nil { forms.append(([place, "[OPTIONS]"] + positionals.map(\.usage)).joined(separator: " ")) }
    if !subcommands.isEmpty { forms.append("\(place) COMMAND") }
    return "Usage: " + forms.joined(separator: "\n       ")
  }

  /// Two columns of at most 100 characters a line; a long first column has its own line.
  private static func table(_ rows: [(String, String)], width: Int) -> String {
    let margin = String(repeating: " ", count: width + 4)
    return rows.map { label, text in
      let lines = wrap(text, to: 100 - width - 4).joined(separator: "\n" + margin)
      if label.count > width { return "  \(label)\n\(margin)\(lines)" }
      return "  \(label)\(String(repeating: " ", count: width - label.count + 2))\(lines)"
    }.joined(separator: "\n")
  }

  static func wrap(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + word.count < width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

extension Option {
  fileprivate var label: String {
    let dashes = short.map { "-\($0), --\(name)" } ?? "--\(name)"
    let value = takesValue ? " \(valueName)" : ""
    return dashes + value + (kind == .repeated ? "..." : "")
  }
}
