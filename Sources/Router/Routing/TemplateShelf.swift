import Audience
import Policy

/// Templates parsed once for each version of their key: any change raises it, so the next batch parses the new ones.
struct TemplateShelf {
  private var known: [String: (version: Int64, templates: CompiledTemplates)] = [:]
  private let capacity: Int

  init(capacity: Int = 2_000) { self.capacity = capacity }

  mutating func compiled(_ loaded: [String: VersionedTemplates]) -> [String: CompiledTemplates] {
    var result: [String: CompiledTemplates] = [:]
    for (key, versioned) in loaded {
      if let found = known[key], found.version == versioned.version {
        result[key] = found.templates
        continue
      }
      if known.count >= capacity { known.removeAll() }
      let templates = CompiledTemplates(versioned.definitions)
      known[key] = (versioned.version, templates)
      result[key] = templates
    }
    return result
  }
}
