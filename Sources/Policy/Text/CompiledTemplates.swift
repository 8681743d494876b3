public import NotificationModel
import Templates

/// The active templates of a key, parsed once.
public struct CompiledTemplates: Sendable {
  private let texts: [ChannelKind: [String: CompiledText]]

  public init(_ definitions: [TemplateDefinition]) {
    texts = Dictionary(grouping: definitions, by: \.channel).mapValues { group in
      Dictionary(group.map { ($0.locale.lowercased(), CompiledText($0)) }) { first, _ in first }
    }
  }

  var kinds: Set<ChannelKind> { Set(texts.keys) }

  /// The text of the most special locale that there is one for: `zh-Hant-TW`, `zh-Hant`, `zh`, then that for any.
  /// - Parameter locales: the wanted ones, the most wanted first.
  func text(_ kind: ChannelKind, _ locales: [String]) -> CompiledText? {
    guard let known = texts[kind] else { return nil }
    for locale in locales {
      var tag = locale.lowercased()
      while true {
        if let text = known[tag] { return text }
        guard let end = tag.lastIndex(of: "-") else { break }
        tag = String(tag[..<end])
      }
    }
    return known[TemplateDefinition.defaultLocale]
  }
}

/// One template, parsed. That one is broken is told when it is used: the others of its key are as good as before.
struct CompiledText: Sendable {
  let definition: TemplateDefinition
  private let parsed: Result<Parts, TemplateError>

  private struct Parts: Sendable {
    var heading: Template?
    var body: Template
  }

  init(_ definition: TemplateDefinition) {
    self.definition = definition
    do throws(TemplateError) {
      let heading = definition.channel == .email ? definition.subject : definition.title
      parsed = .success(
        Parts(
          heading: try heading.map { text throws(TemplateError) in try Template(text) },
          body: try Template(definition.body)))
    } catch { parsed = .failure(error) }
  }

  func render(_ values: TemplateValue) throws(Rejection) -> MessageContent {
    try checkRequired(values)
    do throws(TemplateError) {
      let parts = try parsed.get()
      let heading = try parts.heading?.render(values)
      let body = try parts.body.render(values, escaping: definition.channel == .email ? .html : .none)
      return content(heading, body, badge: try badge(values))
    } catch {
      throw Rejection(error, of: definition)
    }
  }

  private func content(_ heading: String?, _ body: String, badge: Int?) -> MessageContent {
    switch definition.channel {
    case .push:
      MessageContent(
        push: PushContent(title: heading, body: body, actionKey: definition.actionKey, badge: badge))
    case .sms: MessageContent(sms: SMSContent(body: body))
    case .email: MessageContent(email: EmailContent(subject: heading ?? "", html: body))
    }
  }

  private func checkRequired(_ values: TemplateValue) throws(Rejection) {
    guard case .object(let members) = values else { return }
    for name in definition.requiredParameters where members[name] == nil || members[name] == .null {
      throw Rejection(.missingParameter, "\(definition.name) needs the parameter \(name)")
    }
  }

  private func badge(_ values: TemplateValue) throws(TemplateError) -> Int? {
    guard let badge = definition.badge, !badge.isEmpty else { return nil }
    if let number = Int(badge) { return number }
    return Int(try Template("{{\(badge)}}").render(values))
  }
}

extension TemplateDefinition {
  /// For people: `welcome, sms, ko, version 2`.
  public var name: String { "\(key), \(channel.rawValue), \(locale), version \(version)" }
}

extension CompiledTemplates {
  /// The definition that these languages choose, the most wanted first; nil where there is none.
  public func definition(_ kind: ChannelKind, locales: [String]) -> TemplateDefinition? {
    text(kind, locales)?.definition
  }

  /// What it prints, without what the law adds to advertising.
  /// - Throws: `NO_TEXT`, or what is wrong with the template or the parameters.
  public func render(
    _ kind: ChannelKind, locales: [String], parameters: [String: JSONValue]
  ) throws(Rejection) -> MessageContent {
    guard let text = text(kind, locales) else {
      throw Rejection(.noText, "there is no text for \(kind.rawValue) in this language, nor one for any language")
    }
    return try text.render(TemplateValue(.object(parameters)))
  }
}
