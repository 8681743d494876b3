/// A place in a text. Lines and columns count from 1, columns in characters.
struct YAMLMark: Equatable {
  var line: Int
  var column: Int
}

/// A value of a YAML text. Scalars stay texts: what they mean is known only to who asks for them, so that a
/// password of `0123` or a country of `no` stays what was written.
struct YAMLNode {
  enum Content {
    /// Nothing, `~`, `null`, `Null` or `NULL`, without quotes.
    case null
    case scalar(String)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
  }

  var mark: YAMLMark
  var content: Content

  /// The entries of a mapping; none for anything else.
  var entries: [YAMLEntry] {
    if case .mapping(let entries) = content { entries } else { [] }
  }

  /// The value below keys; each of `path` is looked up in the mapping above it.
  func descend(_ path: some Sequence<some StringProtocol>) -> YAMLNode? {
    var node = self
    for key in path {
      guard let next = node.entries.first(where: { $0.key == key }) else { return nil }
      node = next.value
    }
    return node
  }

  /// What it is, for messages.
  var kind: String {
    switch content {
    case .null: "nothing"
    case .scalar: "a single value"
    case .sequence: "a list"
    case .mapping: "a section"
    }
  }
}

/// A key and its value. Keys of one mapping are all different.
struct YAMLEntry {
  var key: String
  var mark: YAMLMark
  var value: YAMLNode
}

/// Why a text was refused.
struct YAMLFault: Error {
  var code: ConfigurationProblem.Code = .syntax
  var message: String
  var mark: YAMLMark
}
