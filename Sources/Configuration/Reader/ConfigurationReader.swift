/// Reads one configuration out of a file, environment variables over it, and flags over both.
///
/// Getters never throw: a value that is wrong is noted as a problem and read as the default, so that `finish()`
/// tells everything that is wrong at once. Nothing that was read may be used before `finish()` returned.
/// Known keys are those that were asked for; `finish()` refuses all others. A reader belongs to one thread.
public struct ConfigurationReader {
  let store: ConfigurationStore
  /// The path of the section that this reader reads, as a person would write it; empty for the root.
  public let path: String
  /// The same with `[]` for a list's indices.
  let schema: String
  let node: YAMLNode?

  /// - Parameters:
  ///   - environment: all variables of the process; those with the prefix count, empty ones do not.
  ///   - prefix: what names of variables begin with, without the underscore.
  public init(
    file: ConfigurationFile? = nil, environment: [String: String] = [:], prefix: String = "BONGSU",
    overrides: [ConfigurationOverride] = []
  ) {
    let variables = EnvironmentVariables(prefix: prefix, environment)
    store = ConfigurationStore(file: file, variables: variables, overrides: overrides)
    path = ""
    schema = ""
    node = file?.root
  }

  private init(store: ConfigurationStore, path: String, schema: String, node: YAMLNode?) {
    self.store = store
    self.path = path
    self.schema = schema
    self.node = node
  }

  /// The reader of a section of this one; `key` may have dots.
  public func section(_ key: String) -> ConfigurationReader {
    ConfigurationReader(
      store: store, path: join(path, key), schema: join(schema, key), node: node?.descend(key.split(separator: ".")))
  }

  /// Leaves a section to others: its keys are neither unknown nor looked at.
  public func leave(_ key: String) { store.declare(join(schema, key), .foreign) }

  func element(_ key: String, _ index: Int, _ node: YAMLNode?) -> ConfigurationReader {
    ConfigurationReader(
      store: store, path: "\(join(path, key)).\(index)", schema: join(schema, key) + "[]", node: node)
  }

  /// Notes a problem that only the caller can see, such as two values that do not go together. It is placed where
  /// the key's value stands.
  public func report(_ code: ConfigurationProblem.Code, _ key: String, _ message: String) {
    store.report(ConfigurationProblem(code, "\(join(path, key)) \(message)", at: origin(of: key)))
  }

  /// Notes that a value is needed, and says every way to give it.
  public func reportMissing(_ key: String, flag: String? = nil) {
    let whole = join(path, key)
    let ways = ["in the file", "as \(store.variables.name(for: whole))"] + (flag.map { ["by \($0)"] } ?? [])
    let message = "\(whole) is missing; set it \(ways.dropLast().joined(separator: ", ")) or \(ways[ways.count - 1])"
    store.report(ConfigurationProblem(.missing, message))
  }

  /// Where the key's value comes from: `.standard` when no layer has it.
  public func origin(of key: String) -> Origin {
    let whole = join(path, key)
    // A map's names may have dots; what was read knows where it was.
    if let entry = store.entry(whole) { return entry.origin }
    if let found = store.override(for: whole) ?? store.variable(for: whole) { return found.origin }
    guard let file = store.file, let node = node?.descend(key.split(separator: ".")) else { return .standard }
    return file.origin(node.mark)
  }

  /// Whether anything was given for a key, as opposed to its default.
  public func isSet(_ key: String) -> Bool { origin(of: key) != .standard }

  /// Everything that was asked for and has a value, in the order asked, for people to read.
  public func entries() -> [ConfigurationEntry] { store.entries }

  func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
