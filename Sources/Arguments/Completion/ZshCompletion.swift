struct ZshCompletion {
  let root: Command

  var script: String {
    let places = CommandPlace.all(root)
    let below = places.dropFirst().map { "      \(shellQuoted($0.text))) place=\"$place $word\" ;;" }
    let values = places.flatMap { place in place.valueOptions.map { valueCase(place, $0) } }
    let items = places.map { place in
      "    \(shellQuoted(place.text))) items=(\(place.candidates.map(Self.item).joined(separator: " "))) ;;"
    }
    return """
      #compdef \(root.name)
      # zsh completion of \(root.name): save it as _\(root.name) in a folder of $fpath
      _\(root.name)() {
        local place='\(root.name)' word
        local -a items
        for word in "${words[@]:1:$((CURRENT - 2))}"; do
          case "$place $word" in
      \(below.joined(separator: "\n"))
            *) break ;;
          esac
        done
        case "$place ${words[CURRENT-1]}" in
      \(values.joined(separator: "\n"))
        esac
        case "$place" in
      \(items.joined(separator: "\n"))
        esac
        _describe '\(root.name)' items
      }
      compdef _\(root.name) \(root.name)

      """
  }

  /// `_describe` splits at the first colon that has no backslash.
  private static func item(_ candidate: (word: String, help: String)) -> String {
    let word = candidate.word.split(separator: ":", omittingEmptySubsequences: false).joined(separator: #"\:"#)
    return shellQuoted("\(word):\(candidate.help)")
  }

  private func valueCase(_ place: CommandPlace, _ option: Option) -> String {
    let reply =
      switch option.completion {
      case .none: ""
      case .files: "_files; "
      case .words(let words): "compadd -- \(words.map(shellQuoted).joined(separator: " ")); "
      }
    return "    \(shellQuoted("\(place.text) --\(option.name)"))) \(reply)return ;;"
  }
}
