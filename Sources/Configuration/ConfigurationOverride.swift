/// A value from the command line: it lies over environment and file.
public struct ConfigurationOverride: Sendable, Equatable {
  /// The key's whole path, such as `relay.slot` or `relay.sources.0.slot`.
  public let key: String
  public let value: String
  /// How it was typed, for messages: `--slot`, or `--set relay.slot`.
  public let flag: String

  public init(key: String, value: String, flag: String) {
    self.key = key
    self.value = value
    self.flag = flag
  }

  /// From `KEY=VALUE`, the argument of `flag`. The value may be empty and may hold further equals signs.
  public init(assignment: String, flag: String = "--set") throws(ConfigurationError) {
    guard let equals = assignment.firstIndex(of: "=") else {
      // Not repeated: it may be a value whose key was forgotten.
      throw ConfigurationError(ConfigurationProblem(.badValue, "\(flag) needs KEY=VALUE", at: .flag(flag)))
    }
    let key = String(assignment[..<equals])
    let parts = key.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && !$0.contains { $0.isWhitespace || $0.isNewline } }) else {
      let message = "\(flag) needs KEY=VALUE with a key such as relay.slot"
      throw ConfigurationError(ConfigurationProblem(.badValue, message, at: .flag(flag)))
    }
    self.init(key: key, value: String(assignment[assignment.index(after: equals)...]), flag: "\(flag) \(key)")
  }
}
