public import NotificationModel
public import Policy

/// What would be sent of a template, before anybody gets it.
public struct TemplatePreview {
  public let channel: ChannelKind
  public let locale: String
  public let version: Int
  public let result: Result<FittedText, Rejection>

  /// For whom and for what.
  public struct Occasion: Sendable {
    /// The wanted language; nil takes the text for any.
    public var locale: String?
    public var parameters: [String: JSONValue] = [:]
    public var category = NotificationCategory.Kind.service
    /// Nil: that of the language, or home.
    public var country: String?

    public init() {}
  }

  /// A preview for each channel that the templates have a text for.
  /// - Parameter definitions: of one key.
  public static func all(
    _ definitions: [TemplateDefinition], _ occasion: Occasion, _ policy: PolicySettings
  ) -> [TemplatePreview] {
    let compiled = CompiledTemplates(definitions)
    let locales = occasion.locale.map { [$0] } ?? []
    let country = occasion.country ?? policy.country(ofLanguage: occasion.locale)
    return ChannelKind.allCases.compactMap { channel in
      guard let chosen = compiled.definition(channel, locales: locales) else { return nil }
      let result = Result { () throws(Rejection) in
        try compiled.fitted(
          channel, locales: locales, parameters: occasion.parameters, category: occasion.category, country: country,
          policy)
      }
      return TemplatePreview(channel: channel, locale: chosen.locale, version: chosen.version, result: result)
    }
  }
}
