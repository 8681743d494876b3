extension ConfigurationReader {
  /// A reader for each section of a list; none when it is not set. Variables and flags reach into them by index
  /// (`BONGSU_RELAY_SOURCES_0_DSN`, `relay.sources.0.dsn`) and may add the next ones.
  public func elements(_ key: String) -> [ConfigurationReader] {
    store.declare(join(schema, key), .list)
    let nodes = listNodes(key)
    var readers = nodes.enumerated().map { element(key, $0.offset, $0.element) }
    while isSetAbove("\(join(path, key)).\(readers.count)") { readers.append(element(key, readers.count, nil)) }
    return readers
  }

  private func listNodes(_ key: String) -> [YAMLNode] {
    guard let file = store.file, let node = node?.descend(key.split(separator: ".")) else { return [] }
    switch node.content {
    case .null: return []
    case .sequence(let nodes):
      for (index, node) in nodes.enumerated() {
        if case .mapping = node.content { continue }
        let message = "\(join(path, key)).\(index) is \(node.kind); it should be a section"
        store.report(ConfigurationProblem(.wrongType, message, at: file.origin(node.mark)))
      }
      return nodes
    default:
      let message = "\(join(path, key)) is \(node.kind); it should be a list"
      store.report(ConfigurationProblem(.wrongType, message, at: file.origin(node.mark)))
      return []
    }
  }

  private func isSetAbove(_ whole: String) -> Bool {
    store.overrides.keys.contains { $0.hasPrefix(whole + ".") } || !store.variables.below(whole).isEmpty
  }

  /// Names and texts that only another system knows, such as `kafka.properties`. Names may have dots. A variable's
  /// name that none of the other layers has is read in lower case with dots: `BONGSU_KAFKA_PROPERTIES_SASL_USERNAME`
  /// is `sasl.username`. Where `isSecret` says so the value is masked, and `<name>File` may name a file with it.
  public func map(_ key: String, isSecret: (String) -> Bool = { _ in false }) -> [String: String] {
    store.declare(join(schema, key), .map)
    var found = mapInFile(key)
    let prefix = join(path, key) + "."
    let flags = store.overrides.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    let names = Set(found.keys).union(flags)
    for variable in store.variables.below(join(path, key)) {
      let known = names.first { store.variables.name(for: prefix + $0) == variable.name }
      let name = known ?? Self.mapName(variable.rest, isSecret)
      found[name] = Found(text: variable.value, origin: .environment(variable.name))
      store.usedVariables.insert(variable.name)
    }
    for name in flags { found[name] = store.override(for: prefix + name) }
    return resolve(found, prefix, isSecret)
  }

  /// `SASL_PASSWORD` is `sasl.password`, and `SASL_PASSWORD_FILE` names its file where that is a secret.
  private static func mapName(_ rest: String, _ isSecret: (String) -> Bool) -> String {
    let name = rest.lowercased().replacing("_", with: ".")
    guard name.hasSuffix(".file") else { return name }
    let base = String(name.dropLast(5))
    return isSecret(base) ? base + "File" : name
  }

  private func mapInFile(_ key: String) -> [String: Found] {
    guard let file = store.file, let node = node?.descend(key.split(separator: ".")) else { return [:] }
    var found: [String: Found] = [:]
    switch node.content {
    case .null, .mapping: break
    default:
      let message = "\(join(path, key)) is \(node.kind); it should be a section"
      store.report(ConfigurationProblem(.wrongType, message, at: file.origin(node.mark)))
    }
    for entry in node.entries {
      if case .scalar(let text) = entry.value.content {
        found[entry.key] = Found(text: text, origin: file.origin(entry.value.mark))
      } else {
        let message = "\(join(path, key)).\(entry.key) is \(entry.value.kind); it should be a single value"
        store.report(ConfigurationProblem(.wrongType, message, at: file.origin(entry.value.mark)))
      }
    }
    return found
  }

  private func resolve(_ found: [String: Found], _ prefix: String, _ isSecret: (String) -> Bool) -> [String: String] {
    var texts: [String: String] = [:]
    for (name, value) in found.sorted(by: { $0.key < $1.key }) {
      if let base = Self.fileBase(name), isSecret(base) {
        let rank = found[base]?.origin.rank ?? -1
        if rank > value.origin.rank { continue }
        if rank == value.origin.rank { reportBoth(prefix + base, value.origin) }
        texts[base] = rank == value.origin.rank ? nil : readSecret(prefix + base, value, .whole)?.reveal()
      } else if value.text.contains("\0") {
        store.report(ConfigurationProblem(.badValue, "\(prefix)\(name) holds a NUL character", at: value.origin))
      } else {
        let shown = isSecret(name) ? Masking.whole.mask(value.text) : value.text
        store.record(ConfigurationEntry(key: prefix + name, value: shown, origin: value.origin))
        texts[name] = value.text
      }
    }
    return texts
  }

  private static func fileBase(_ name: String) -> String? {
    name.hasSuffix("File") ? String(name.dropLast(4)) : nil
  }
}
