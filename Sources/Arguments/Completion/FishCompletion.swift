struct FishCompletion {
  let root: Command

  var script: String {
    let function = "__\(root.name)_at"
    let lines = CommandPlace.all(root).flatMap { place in
      let head = "complete -c \(root.name) -n \(Self.quoted("\(function) \(place.text)"))"
      return place.command.subcommands.map { "\(head) -a \(Self.quoted($0.name)) -d \(Self.quoted($0.summary))" }
        + place.command.positionals.compactMap { Self.words($0).map { "\(head) -a \(Self.quoted($0))" } }
        + place.command.optionsWithHelp.map { "\(head) \(Self.flags($0)) -d \(Self.quoted($0.help))" }
    }
    return """
      # fish completion of \(root.name): save it as ~/.config/fish/completions/\(root.name).fish
      function \(function)
        set -l given
        for word in (commandline -opc)
          string match -q -- '-*' $word; and break
          set -a given $word
        end
        test "$given" = "$argv"
      end
      complete -c \(root.name) -f
      \(lines.joined(separator: "\n"))

      """
  }

  private static func flags(_ option: Option) -> String {
    let names = (option.short.map { "-s \($0) " } ?? "") + "-l \(option.name)"
    guard option.takesValue else { return names }
    switch option.completion {
    case .none: return names + " -x"
    case .files: return names + " -r -F"
    case .words(let words): return names + " -x -a \(quoted(words.joined(separator: " ")))"
    }
  }

  private static func words(_ positional: Positional) -> String? {
    guard case .words(let words) = positional.completion else { return nil }
    return words.joined(separator: " ")
  }

  /// In fish's single quotes a backslash escapes itself and the quote.
  private static func quoted(_ text: String) -> String {
    let escaped = text.map { $0 == "'" || $0 == #"\"# ? #"\\#($0)"# : String($0) }
    return "'\(escaped.joined())'"
  }
}
