/// What all readers of one configuration share: the three layers, and what was asked and found wrong so far.
final class ConfigurationStore {
  /// What stands at a known key.
  enum KeyKind {
    case value, list, map
    /// Somebody else's: whatever lies below it is not looked at.
    case foreign
  }

  let file: ConfigurationFile?
  let variables: EnvironmentVariables
  let overrides: [String: ConfigurationOverride]

  /// By the path with `[]` in place of a list's indices.
  private(set) var known: [String: KeyKind] = [:]
  var problems: [ConfigurationProblem] = []
  private(set) var entries: [ConfigurationEntry] = []
  private var entryIndex: [String: Int] = [:]
  var usedVariables: Set<String> = []
  var usedOverrides: Set<String> = []

  init(file: ConfigurationFile?, variables: EnvironmentVariables, overrides: [ConfigurationOverride]) {
    self.file = file
    self.variables = variables
    var byKey: [String: ConfigurationOverride] = [:]
    for override in overrides {
      if let other = byKey.updateValue(override, forKey: override.key) {
        let message = "\(override.key) is given twice, by \(other.flag) and by \(override.flag)"
        problems.append(ConfigurationProblem(.conflict, message, at: .flag(override.flag)))
      }
    }
    self.overrides = byKey
  }

  func declare(_ schema: String, _ kind: KeyKind) { known[schema] = kind }

  func variable(for path: String) -> Found? {
    let name = variables.name(for: path)
    guard let text = variables.values[name] else { return nil }
    usedVariables.insert(name)
    return Found(text: text, origin: .environment(name))
  }

  func override(for path: String) -> Found? {
    guard let override = overrides[path] else { return nil }
    usedOverrides.insert(path)
    return Found(text: override.value, origin: .flag(override.flag))
  }

  /// A key that is asked for twice keeps its place; the later answer counts.
  func record(_ entry: ConfigurationEntry) {
    if let index = entryIndex[entry.key] {
      entries[index] = entry
    } else {
      entryIndex[entry.key] = entries.count
      entries.append(entry)
    }
  }

  func entry(_ key: String) -> ConfigurationEntry? { entryIndex[key].map { entries[$0] } }

  func report(_ problem: ConfigurationProblem) {
    if !problems.contains(problem) { problems.append(problem) }
  }
}

/// A text that one of the layers holds for a key.
struct Found {
  var text: String
  var origin: Origin
}

/// One line of `config show`.
public struct ConfigurationEntry: Sendable, Equatable {
  /// The key's whole path.
  public let key: String
  /// The value as it may be shown: secrets are masked.
  public let value: String
  public let origin: Origin
}
