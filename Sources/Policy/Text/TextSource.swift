import NotificationModel
import Templates

/// What an event says, by channel and language: the event's own words or a template.
struct TextSource {
  private let words: Words
  private let values: TemplateValue
  /// What was rendered for recipients without parameters of their own, since most differ in nothing.
  private var rendered: [String: SourcedText] = [:]

  private enum Words {
    case inline(MessageContent)
    case template(CompiledTemplates)
  }

  init(_ request: NotificationRequest, _ templates: [String: CompiledTemplates]) throws(Rejection) {
    values = TemplateValue(.object(request.parameters))
    if let content = request.content {
      words = .inline(content)
    } else {
      let key = request.template ?? ""
      guard let known = templates[key], !known.kinds.isEmpty else {
        throw Rejection(.unknownTemplate, "there is no active template \(key)")
      }
      words = .template(known)
    }
  }

  /// In which there are texts, in the order of `ChannelKind`.
  var kinds: [ChannelKind] {
    let known =
      switch words {
      case .inline(let content): content.kinds
      case .template(let templates): templates.kinds
      }
    return ChannelKind.allCases.filter(known.contains)
  }

  /// - Parameters:
  ///   - locales: the wanted ones, the most wanted first.
  ///   - own: the recipient's own parameters.
  mutating func text(
    _ kind: ChannelKind, locales: [String], own: [String: JSONValue]
  ) throws(Rejection) -> SourcedText {
    switch words {
    case .inline(let content):
      guard let own = content.only(kind) else { throw Self.none(kind) }
      return SourcedText(content: own)
    case .template(let templates):
      guard let text = templates.text(kind, locales) else { throw Self.none(kind) }
      let place = "\(kind.rawValue) \(text.definition.locale)"
      if own.isEmpty, let known = rendered[place] { return known }
      let made = SourcedText(
        content: try text.render(own.isEmpty ? values : values.merging(own)), definition: text.definition)
      if own.isEmpty { rendered[place] = made }
      return made
    }
  }

  private static func none(_ kind: ChannelKind) -> Rejection {
    Rejection(.noText, "there is no text for \(kind.rawValue) in a language of a recipient, nor one for any language")
  }
}

/// A text with what is known of its origin.
struct SourcedText {
  var content: MessageContent
  var definition: TemplateDefinition?
}

extension TemplateValue {
  init(_ value: JSONValue) {
    self =
      switch value {
      case .null: .null
      case .bool(let flag): .bool(flag)
      case .number(let text): .number(text)
      case .text(let text): .text(text)
      case .list(let items): .list(items.map { TemplateValue($0) })
      case .object(let members): .object(members.mapValues { TemplateValue($0) })
      }
  }

  fileprivate func merging(_ own: [String: JSONValue]) -> TemplateValue {
    guard case .object(let members) = self else { return self }
    return .object(members.merging(own.mapValues { TemplateValue($0) }) { _, own in own })
  }
}
