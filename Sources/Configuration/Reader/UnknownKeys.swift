import Suggestions

extension ConfigurationReader {
  /// Refuses what nobody asked for, and tells everything that was found wrong.
  public func finish() throws(ConfigurationError) {
    let problems = store.problems + unknownInFile(store.file?.root, path: "", schema: "") + unknownOverrides()
    if problems.isEmpty { return }
    throw ConfigurationError(problems.sorted { Self.order($0) < Self.order($1) })
  }

  /// Variables with the prefix that no key has. They are no errors: Kubernetes, for one, makes variables such as
  /// `BONGSU_RELAY_PORT` out of the name of a service.
  public func unknownVariables() -> [String] {
    let foreign = store.known.filter { $0.value == .foreign }.map { store.variables.name(for: $0.key) + "_" }
    return store.variables.values.keys.sorted().filter { name in
      !store.usedVariables.contains(name) && !foreign.contains { name.hasPrefix($0) }
    }
  }

  private static func order(_ problem: ConfigurationProblem) -> (Int, Int, Int) {
    problem.origin?.order ?? (.max, 0, 0)
  }

  private func unknownInFile(_ node: YAMLNode?, path: String, schema: String) -> [ConfigurationProblem] {
    guard let node else { return [] }
    return node.entries.flatMap { entry -> [ConfigurationProblem] in
      let (here, place) = (join(path, entry.key), join(schema, entry.key))
      switch store.known[place] {
      case .list?:
        guard case .sequence(let nodes) = entry.value.content else { return [] }
        return nodes.enumerated().flatMap { index, node in
          unknownInFile(node, path: "\(here).\(index)", schema: place + "[]")
        }
      case .some where !entry.key.contains("."): return []
      default: return unknownEntry(entry, path: path, schema: schema)
      }
    }
  }

  private func unknownEntry(_ entry: YAMLEntry, path: String, schema: String) -> [ConfigurationProblem] {
    let (here, place) = (join(path, entry.key), join(schema, entry.key))
    let origin = store.file?.origin(entry.mark)
    let below = store.known.keys.filter { $0.hasPrefix(place + ".") }
    if entry.key.contains("."), store.known[place] != nil || !below.isEmpty {
      let message = "'\(entry.key)' is written with dots; in the file each part is a section of its own"
      return [ConfigurationProblem(.unknownKey, message, at: origin)]
    }
    if below.isEmpty {
      let suggestion = suggestion(for: entry.key, path: path, schema: schema)
      return [ConfigurationProblem(.unknownKey, "unknown key \(here)", at: origin, suggestion: suggestion)]
    }
    switch entry.value.content {
    case .null: return []
    case .mapping: return unknownInFile(entry.value, path: here, schema: place)
    default:
      let message = "\(here) is \(entry.value.kind); it should be a section"
      return [ConfigurationProblem(.wrongType, message, at: store.file?.origin(entry.value.mark))]
    }
  }

  private func unknownOverrides() -> [ConfigurationProblem] {
    let foreign = store.known.filter { $0.value == .foreign }.map { $0.key + "." }
    let unused = store.overrides.values.sorted { $0.key < $1.key }.filter { override in
      !store.usedOverrides.contains(override.key) && !foreign.contains { override.key.hasPrefix($0) }
    }
    return unused.map { override in
      let origin = Origin.flag(override.flag)
      let below = store.known.keys.sorted().first {
        $0.hasPrefix(override.key + ".") || $0.hasPrefix(override.key + "[]")
      }
      if let below {
        let example = below.replacing("[]", with: ".0")
        let message = "\(override.key) is not a single value; set what lies below it, such as \(example)"
        return ConfigurationProblem(.wrongType, message, at: origin)
      }
      let parts = override.key.split(separator: ".")
      let parent = parts.dropLast().joined(separator: ".")
      let schema = parts.dropLast().reduce("") { Int($1) == nil ? join($0, String($1)) : $0 + "[]" }
      let suggestion = suggestion(for: String(parts.last ?? ""), path: parent, schema: schema)
      return ConfigurationProblem(.unknownKey, "unknown key \(override.key)", at: origin, suggestion: suggestion)
    }
  }

  /// First a neighbour that looks alike, then the same name elsewhere.
  private func suggestion(for key: String, path: String, schema: String) -> String? {
    let start = schema.isEmpty ? "" : schema + "."
    let neighbours = store.known.keys.filter { $0.hasPrefix(start) }
      .map { String($0.dropFirst(start.count).prefix { $0 != "." && $0 != "[" }) }
    if let near = Suggestion.nearest(to: key, in: Set(neighbours)), near != key { return join(path, near) }
    let whole = join(path, key)
    return store.known.keys.sorted().first { $0.hasSuffix("." + key) && !$0.hasSuffix("[]." + key) }
      ?? Suggestion.nearest(to: whole, in: store.known.keys.filter { !$0.contains("[]") })
  }
}
