struct BashCompletion {
  let root: Command

  var script: String {
    let places = CommandPlace.all(root)
    let below = places.dropFirst().map { "      '\($0.text)') place=\"$place $word\" ;;" }
    let values = places.flatMap { place in place.valueOptions.map { valueCase(place, $0) } }
    let words = places.map { place in
      "    '\(place.text)') words='\(place.candidates.map(\.word).joined(separator: " "))' ;;"
    }
    return """
      # bash completion of \(root.name): source it, or save it as /etc/bash_completion.d/\(root.name)
      _\(root.name)() {
        local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
        local place='\(root.name)' word words=''
        COMPREPLY=()
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case "$place $word" in
      \(below.joined(separator: "\n"))
            *) break ;;
          esac
        done
        case "$place $previous" in
      \(values.joined(separator: "\n"))
        esac
        case "$place" in
      \(words.joined(separator: "\n"))
        esac
        COMPREPLY=($(compgen -W "$words" -- "$current"))
      }
      complete -F _\(root.name) \(root.name)

      """
  }

  private func valueCase(_ place: CommandPlace, _ option: Option) -> String {
    let reply =
      switch option.completion {
      case .none: ""
      case .files: #"compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); "#
      case .words(let words): #"COMPREPLY=($(compgen -W '\#(words.joined(separator: " "))' -- "$current")); "#
      }
    return "    '\(place.text) --\(option.name)') \(reply)return ;;"
  }
}
