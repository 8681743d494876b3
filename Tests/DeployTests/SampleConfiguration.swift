/// deploy/bongsu.yaml as a person reads it: prose stands behind `# `, a key that is not set behind `#` alone.
struct SampleConfiguration {
  struct Entry {
    /// Its place among the lines, from 0.
    var line: Int
    /// The whole path.
    var key: String
    var value: String
    var isCommented: Bool
    /// A line of the prose over it begins with "Example": the value is no default.
    var isExample: Bool
  }

  let lines: [String]
  private(set) var entries: [Entry] = []

  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var sections: [(indent: Int, name: String)] = []
    var (isExample, wasProse) = (false, false)
    for (number, line) in lines.enumerated() {
      let content = line.drop { $0 == " " }
      let isProse = content.hasPrefix("# ")
      if isProse { isExample = content.hasPrefix("# Example") || wasProse && isExample }
      wasProse = isProse
      guard let match = content.wholeMatch(of: /(#?)([A-Za-z][A-Za-z.]*):(?: (.*))?/) else { continue }
      let indent = line.count - content.count
      sections.removeAll { $0.indent >= indent }
      sections.append((indent, String(match.2)))
      entries.append(
        Entry(
          line: number, key: sections.map(\.name).joined(separator: "."),
          value: String(match.3 ?? "").replacing(/^"(.*)"$/) { String($0.1) },
          isCommented: !match.1.isEmpty, isExample: isExample))
    }
  }

  /// The text with one commented key put into force, with its list where it has one, and with a password the `dsn` that
  /// it goes with.
  func setting(_ entry: Entry) -> String {
    var changed = lines
    let dsn = entry.key.replacing(/password$/, with: "dsn")
    for set in entries where set.isCommented && (set.line == entry.line || set.key == dsn) {
      changed[set.line] = lines[set.line].replacing("#", with: "", maxReplacements: 1)
    }
    guard entry.value.isEmpty else { return changed.joined(separator: "\n") }
    for line in lines.indices.dropFirst(entry.line + 1) {
      guard lines[line].contains(#/^ *#[ ]{2}/#) else { break }
      changed[line] = lines[line].replacing("#", with: "", maxReplacements: 1)
    }
    return changed.joined(separator: "\n")
  }

  /// The text with the list `sources` in force, in place of the keys that its own prose names.
  func settingSources() -> String {
    let first = lines.firstIndex { $0.contains("# --- The source") } ?? 0
    let last = lines.firstIndex { $0.contains("# --- Several sources") } ?? 0
    let list = lines[last...].map { $0.replacing(/^  #(sources:|  [- ] .*)$/) { "  \($0.1)" } }
    return (lines[..<first] + list).joined(separator: "\n")
  }
}
