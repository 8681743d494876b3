public import Configuration

extension SourceSettings {
  /// The relay's sources for a command that can do without: none where the section `relay` names none.
  public static func configured(root: ConfigurationReader) -> [SourceSettings] {
    let section = root.section("relay")
    let isNamed = ["sources", "dsn", "dsnFile"].contains { section.isSet($0) }
    let sources = isNamed ? all(in: section) : []
    root.leave("relay")
    return sources
  }
}
