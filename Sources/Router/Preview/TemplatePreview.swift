public import NotificationModel
public import Policy

/// What a template prints, before anybody gets it.
public struct TemplatePreview {
  public let channel: ChannelKind
  public let locale: String
  public let version: Int
  public let result: Result<MessageContent, Rejection>

  /// A preview for each channel that the templates have a text for.
  /// - Parameters:
  ///   - definitions: of one key.
  ///   - locale: the wanted one; nil takes that for any.
  public static func all(
    _ definitions: [TemplateDefinition], locale: String?, parameters: [String: JSONValue]
  ) -> [TemplatePreview] {
    let compiled = CompiledTemplates(definitions)
    return ChannelKind.allCases.compactMap { channel in
      guard let chosen = compiled.definition(channel, locales: locale.map { [$0] } ?? []) else { return nil }
      let result = Result { () throws(Rejection) in
        try compiled.render(channel, locales: locale.map { [$0] } ?? [], parameters: parameters)
      }
      return TemplatePreview(channel: channel, locale: chosen.locale, version: chosen.version, result: result)
    }
  }
}
