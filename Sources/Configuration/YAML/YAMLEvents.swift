import CLibYAML

/// One step of libyaml's parser.
struct YAMLEvent {
  enum Kind {
    case scalar(String, isPlain: Bool)
    case sequenceStart, sequenceEnd
    case mappingStart, mappingEnd
    case alias
    case documentStart, documentEnd
    case streamStart, streamEnd
  }

  var kind: Kind
  var mark: YAMLMark
  var hasAnchor = false
  var hasTag = false
}

/// libyaml's parser over one text, which it copies. Bytes that are not UTF-8 (or UTF-16 with a mark) are a fault.
@safe struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  init(_ bytes: [UInt8]) {
    unsafe parser = .allocate(capacity: 1)
    unsafe text = .allocate(capacity: bytes.count)
    _ = unsafe text.initialize(from: bytes)
    let isReady = unsafe yaml_parser_initialize(parser) == 1
    precondition(isReady, "no memory for a YAML parser")
    unsafe yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe text.deallocate()
  }

  mutating func next() throws(YAMLFault) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw fault() }
    defer { unsafe yaml_event_delete(&event) }
    return unsafe Self.convert(event)
  }

  private static func convert(_ event: yaml_event_t) -> YAMLEvent {
    let mark = unsafe YAMLMark(event.start_mark)
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return unsafe YAMLEvent(
        kind: .scalar(String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE),
        mark: mark, hasAnchor: scalar.anchor != nil, hasTag: scalar.tag != nil)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      return unsafe YAMLEvent(
        kind: .sequenceStart, mark: mark, hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      return unsafe YAMLEvent(
        kind: .mappingStart, mark: mark, hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
    case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, mark: mark)
    case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, mark: mark)
    case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias, mark: mark)
    case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, mark: mark)
    case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, mark: mark)
    case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, mark: mark)
    default: return YAMLEvent(kind: .streamEnd, mark: mark)
    }
  }

  /// libyaml's words are constants: they never repeat the text.
  private func fault() -> YAMLFault {
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "not YAML"
    if unsafe parser.pointee.error == YAML_READER_ERROR {
      return unsafe YAMLFault(message: "the text is not UTF-8", mark: mark(ofByte: parser.pointee.problem_offset))
    }
    let mark = unsafe YAMLMark(parser.pointee.problem_mark)
    guard let context = unsafe parser.pointee.context.map({ unsafe String(cString: $0) }) else {
      return YAMLFault(message: problem, mark: mark)
    }
    // What is never closed is better looked for where it begins than at the end of the file.
    let isUnclosed = problem.contains("unexpected end of stream") || problem.contains("unexpected document indicator")
    if isUnclosed && context.contains("quoted scalar") {
      return unsafe YAMLFault(
        message: "a quoted text begins here and is never closed", mark: YAMLMark(parser.pointee.context_mark))
    }
    return YAMLFault(message: "\(problem) (\(context))", mark: mark)
  }

  private func mark(ofByte offset: Int) -> YAMLMark {
    let before = unsafe text.prefix(offset)
    let line = unsafe before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = unsafe before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return YAMLMark(line: line, column: min(offset, unsafe text.count) - lineStart + 1)
  }
}

extension YAMLMark {
  fileprivate init(_ mark: yaml_mark_t) { self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }
}
