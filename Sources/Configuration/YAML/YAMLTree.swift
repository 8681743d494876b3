/// Builds the value of a YAML text, and refuses what a configuration file should not have: anchors, aliases, merge
/// keys and tags (what a line says should stand in that line), several documents, keys given twice.
struct YAMLTree: ~Copyable {
  /// Sections in sections; deeper is a mistake or an attack on the stack.
  static let deepest = 32

  private var events: YAMLEventReader
  private var depth = 0

  /// The value of a whole text; nil for one without any.
  static func parse(_ bytes: [UInt8]) throws(YAMLFault) -> YAMLNode? {
    var tree = YAMLTree(events: YAMLEventReader(bytes))
    do throws(YAMLFault) { return try tree.stream() } catch { throw explained(error, bytes) }
  }

  private init(events: consuming YAMLEventReader) { self.events = events }

  private mutating func stream() throws(YAMLFault) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let event = try events.next()
      switch event.kind {
      case .streamStart, .documentEnd: continue
      case .streamEnd: return root
      case .documentStart:
        if root != nil { throw YAMLFault(message: "a second document begins here", mark: event.mark) }
      default: root = try node(event)
      }
    }
  }

  private mutating func node(_ event: YAMLEvent) throws(YAMLFault) -> YAMLNode {
    if event.hasAnchor { throw YAMLFault(message: "anchors (&name) are not supported", mark: event.mark) }
    if event.hasTag { throw YAMLFault(message: "tags (!name) are not supported", mark: event.mark) }
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest {
      throw YAMLFault(message: "sections lie deeper than \(Self.deepest) levels", mark: event.mark)
    }
    switch event.kind {
    case .scalar(let text, let isPlain):
      let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(text)
      return YAMLNode(mark: event.mark, content: isNull ? .null : .scalar(text))
    case .sequenceStart: return YAMLNode(mark: event.mark, content: .sequence(try elements()))
    case .mappingStart: return YAMLNode(mark: event.mark, content: .mapping(try entries()))
    case .alias: throw YAMLFault(message: "aliases (*name) are not supported", mark: event.mark)
    default: throw YAMLFault(message: "the text ends too early", mark: event.mark)
    }
  }

  private mutating func elements() throws(YAMLFault) -> [YAMLNode] {
    var elements: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .sequenceEnd = event.kind { return elements }
      elements.append(try node(event))
    }
  }

  private mutating func entries() throws(YAMLFault) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    var lines: [String: Int] = [:]
    while true {
      let event = try events.next()
      if case .mappingEnd = event.kind { return entries }
      guard case .scalar(let key) = try node(event).content, !key.isEmpty else {
        throw YAMLFault(message: "a key is a single word", mark: event.mark)
      }
      if key == "<<" { throw YAMLFault(message: "merge keys (<<) are not supported", mark: event.mark) }
      if let line = lines.updateValue(event.mark.line, forKey: key) {
        throw YAMLFault(
          code: .duplicateKey, message: "key '\(key)' is given twice, first in line \(line)", mark: event.mark)
      }
      entries.append(YAMLEntry(key: key, mark: event.mark, value: try node(try events.next())))
    }
  }

  /// Adds what libyaml does not say about the two mistakes that people make most.
  private static func explained(_ fault: YAMLFault, _ bytes: [UInt8]) -> YAMLFault {
    guard fault.code == .syntax else { return fault }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for line in [fault.mark.line, fault.mark.line - 1] where lines.indices.contains(line - 1) {
      let indentation = lines[line - 1].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard let tab = indentation.firstIndex(of: UInt8(ascii: "\t")) else { continue }
      let mark = YAMLMark(line: line, column: tab - indentation.startIndex + 1)
      return YAMLFault(message: "a tab indents this line; YAML takes spaces only", mark: mark)
    }
    guard fault.message.hasPrefix("mapping values are not allowed") else { return fault }
    return YAMLFault(
      message: "a colon is not allowed here; a value that holds ': ' needs quotes, and keys of one section line up",
      mark: fault.mark)
  }
}
