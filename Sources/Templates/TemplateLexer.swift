/// Takes a source apart into texts and tags. A line that holds nothing but one section tag or comment is left out whole.
struct TemplateLexer {
  private let source: [UInt8]
  private var position = 0
  private var found: [TemplateToken] = []
  /// Begins where the last tag ended, or its line did.
  private var textStart = 0

  init(_ source: String, limits: Template.Limits) throws(TemplateError) {
    self.source = Array(source.utf8)
    guard self.source.count <= limits.sourceBytes else {
      throw TemplateError(.tooLarge, "the template is over \(limits.sourceBytes) bytes")
    }
  }

  consuming func tokens() throws(TemplateError) -> [TemplateToken] {
    while let start = find([0x7b, 0x7b], from: position) { try takeTag(at: start) }
    addText(to: source.count)
    return found
  }

  private mutating func takeTag(at start: Int) throws(TemplateError) {
    let line = 1 + source[..<start].count { $0 == 0x0a }
    guard let end = find([0x7d, 0x7d], from: start + 2) else {
      throw .syntax(line, "a tag begins with {{ and does not end with }}")
    }
    let content = String(decoding: source[start + 2..<end], as: UTF8.self)
    let tag = try Self.tag(content, line)
    position = end + 2
    if case .tag(.value, _, _) = tag {
      addText(to: start)
    } else {
      skipLine(start)
    }
    if let tag { found.append(tag) }
    textStart = position
  }

  /// nil for a comment.
  private static func tag(_ content: String, _ line: Int) throws(TemplateError) -> TemplateToken? {
    switch content.first {
    case "!": return nil
    case "#": return .tag(.section, try name(content.dropFirst(), line), line: line)
    case "^": return .tag(.inverted, try name(content.dropFirst(), line), line: line)
    case "/": return .tag(.close, try name(content.dropFirst(), line), line: line)
    case "{", "&": throw .syntax(line, "there is no unescaped {{{name}}} or {{&name}}: write {{name}}")
    case ">": throw .syntax(line, "there are no partials {{> }}")
    case "=": throw .syntax(line, "the delimiters are always {{ and }}")
    default: return .tag(.value, try name(content[...], line), line: line)
    }
  }

  private static func name(_ text: Substring, _ line: Int) throws(TemplateError) -> TemplateName {
    let name = text.split(whereSeparator: \.isWhitespace)
    guard name.count == 1 else { throw .syntax(line, "a tag holds one name, as in {{name}}") }
    if name[0] == "." { return TemplateName(parts: []) }
    let parts = name[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.allSatisfy({ !$0.isEmpty && !$0.contains { "{}#^/&>=!".contains($0) } }) else {
      throw .syntax(line, "'\(name[0])' is no name")
    }
    return TemplateName(parts: parts)
  }

  // MARK: Lines

  /// Leaves out the line of a tag that is alone on it, else only the tag.
  private mutating func skipLine(_ start: Int) {
    let before = source[textStart..<start].lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? textStart
    let isFirst = before == 0 || source[before - 1] == 0x0a
    guard isFirst, let next = lineEnd(position) else { return addText(to: start) }
    addText(to: before)
    position = next
  }

  /// Behind the line's end, when nothing but blanks lies before it.
  private func lineEnd(_ from: Int) -> Int? {
    var place = from
    while place < source.count, source[place] == 0x20 || source[place] == 0x09 { place += 1 }
    if place < source.count, source[place] == 0x0d { place += 1 }
    guard place < source.count else { return place }
    return source[place] == 0x0a ? place + 1 : nil
  }

  private mutating func addText(to end: Int) {
    guard textStart < end else { return }
    found.append(.text(String(decoding: source[textStart..<end], as: UTF8.self)))
  }

  private func find(_ pair: [UInt8], from start: Int) -> Int? {
    var place = start
    while place + 1 < source.count {
      if source[place] == pair[0], source[place + 1] == pair[1] { return place }
      place += 1
    }
    return nil
  }
}
