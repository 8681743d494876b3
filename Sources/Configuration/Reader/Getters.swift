extension ConfigurationReader {
  /// A text that is not empty, or nil when it is not set.
  public func string(_ key: String) -> String? { read(key, nil, expected: Self.text, { $0 }, Self.parseText) }

  /// A text that is not empty.
  public func string(_ key: String, default standard: String) -> String {
    read(key, standard, expected: Self.text, { $0 }, Self.parseText) ?? standard
  }

  /// One of some words.
  public func string(_ key: String, oneOf words: [String], default standard: String) -> String {
    let expected = "one of \(words.joined(separator: ", "))"
    return read(key, standard, expected: expected, { $0 }, { words.contains($0) ? $0 : nil }) ?? standard
  }

  /// A text that `isValid` accepts; `expected` says what that is, such as "a slot's name of a-z, 0-9 and _".
  public func string(_ key: String, expected: String, where isValid: (String) -> Bool) -> String? {
    read(key, nil, expected: expected, { $0 }, { isValid($0) ? $0 : nil })
  }

  /// The same with a default.
  public func string(
    _ key: String, default standard: String, expected: String, where isValid: (String) -> Bool
  ) -> String {
    read(key, standard, expected: expected, { $0 }, { isValid($0) ? $0 : nil }) ?? standard
  }

  /// A whole number of `range`.
  public func int(_ key: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
    let bounds =
      range.upperBound == .max ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    let parse = { (text: String) in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    return read(key, standard, expected: "a whole number \(bounds)", String.init, parse) ?? standard
  }

  /// `true` or `false`. Other words for them are refused: in YAML 1.1 `no` is false, in 1.2 it is a text.
  public func bool(_ key: String, default standard: Bool) -> Bool {
    read(key, standard, expected: "true or false", String.init, { Bool($0) }) ?? standard
  }

  /// A time such as `10s`, `500ms`, `1h30m`, `7d` or `0`.
  public func duration(_ key: String, in range: ClosedRange<Duration>, default standard: Duration) -> Duration {
    let bounds = "from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
    let parse = { (text: String) in DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil } }
    let expected = "a time with its unit (ms, s, m, h, d) \(bounds)"
    return read(key, standard, expected: expected, DurationText.text, parse) ?? standard
  }

  /// Several times with commas between, each as `duration` takes it.
  public func durations(_ key: String, in range: ClosedRange<Duration>, default standard: [Duration]) -> [Duration] {
    let bounds = "from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
    let parse = { (text: String) -> [Duration]? in
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let times = parts.compactMap { DurationText.parse($0.split(separator: " ").joined(separator: " ")) }
      return times.count == parts.count && times.allSatisfy(range.contains) ? times : nil
    }
    let show = { (times: [Duration]) in times.map(DurationText.text).joined(separator: ",") }
    let expected = "times with their units (ms, s, m, h, d) \(bounds) and commas between"
    return read(key, standard, expected: expected, show, parse) ?? standard
  }

  /// A number of bytes such as `16MB` (1 MB is 1024 kB).
  public func size(_ key: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
    let bounds = "from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))"
    let parse = { (text: String) in ByteSize.parse(text).flatMap { range.contains($0) ? $0 : nil } }
    return read(key, standard, expected: "a size (kB, MB, GB) \(bounds)", ByteSize.text, parse) ?? standard
  }

  private static let text = "a text that is not empty"

  private static func parseText(_ text: String) -> String? { text.isEmpty ? nil : text }

  private func read<Value>(
    _ key: String, _ standard: Value?, expected: String, _ show: (Value) -> String, _ parse: (String) -> Value?
  ) -> Value? {
    let whole = join(path, key)
    guard let found = find(key) else {
      if let standard { store.record(ConfigurationEntry(key: whole, value: show(standard), origin: .standard)) }
      return nil
    }
    store.record(ConfigurationEntry(key: whole, value: found.text, origin: found.origin))
    if let value = parse(found.text) { return value }
    let given = found.text.isEmpty ? "is empty" : "is '\(Self.shortened(found.text))'"
    store.report(ConfigurationProblem(.badValue, "\(whole) \(given); it should be \(expected)", at: found.origin))
    return nil
  }

  /// The text of the highest layer that has one.
  func find(_ key: String) -> Found? {
    let whole = join(path, key)
    store.declare(join(schema, key), .value)
    let found = store.override(for: whole) ?? store.variable(for: whole) ?? findInFile(key, whole)
    guard let found, found.text.contains("\0") else { return found }
    store.report(ConfigurationProblem(.badValue, "\(whole) holds a NUL character", at: found.origin))
    return nil
  }

  private func findInFile(_ key: String, _ whole: String) -> Found? {
    guard let file = store.file, let node = node?.descend(key.split(separator: ".")) else { return nil }
    switch node.content {
    case .scalar(let text): return Found(text: text, origin: file.origin(node.mark))
    case .null:
      let message = "\(whole) has no value; remove the key to leave it at its default"
      store.report(ConfigurationProblem(.badValue, message, at: file.origin(node.mark)))
    default:
      let message = "\(whole) is \(node.kind); it should be a single value"
      store.report(ConfigurationProblem(.wrongType, message, at: file.origin(node.mark)))
    }
    return nil
  }

  private static func shortened(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(40).map { scalar in
      switch scalar.properties.generalCategory {
      case .lineSeparator, .paragraphSeparator: "\u{23CE}"
      // Escape sequences and signs that turn the direction of text would change what a terminal shows.
      case .control, .format: scalar == "\n" ? "\u{23CE}" : "\u{FFFD}"
      default: String(scalar)
      }
    }
    return shown.joined() + (text.unicodeScalars.count > 40 ? "…" : "")
  }
}
