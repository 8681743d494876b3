import Arguments
import Audience
import Foundation
import NotificationModel
import Policy
import Postgres
import Router

let renderCommand = Command(
  "render", summary: "Print a template's texts with parameters, before anybody gets them",
  discussion: "Prints every channel that the template has a text for as it would be sent: with what the law wants on "
    + "advertising, within the channel's limits, and with its length. Exit status 1 when one could not be sent.",
  examples: [
    .init(#"bongsu render order_shipped --locale ko-KR --params '{"order": "A-17"}'"#, "the texts in use"),
    .init("bongsu render order_shipped --version 4 --params @params.json", "a draft, with parameters of a file"),
    .init("bongsu render sale --category advertising --config bongsu.yaml", "with the file's label and way out"),
  ],
  options: ConfigurationOptions.file + [
    .string("dsn", "CONNINFO", help: "The notification database, as libpq takes it."),
    .string("locale", "TAG", help: "The person's language, as ko-KR (that for any)."),
    .string("params", "JSON", help: "An object, or @FILE (none)."),
    .string("category", "NAME", help: "As events of this category have it (of no advertising)."),
    .string("country", "CODE", help: "As it would go there, as KR (that of the language, or policy.homeCountry)."),
    .integer("version", "N", in: 1...Int(Int32.max), help: "This version, also a draft (those in use)."),
  ],
  positionals: [Positional("TEMPLATE", help: "The template's key.")]
) { arguments in
  let options = try PreviewOptions.read(arguments)
  let database = options.database
  let key = arguments.words("TEMPLATE").first ?? ""
  let definitions = try TemplateStore(database).definitions(key, version: arguments.integer("version"))
  guard !definitions.isEmpty else {
    Terminal.standard.error("there is no such template in use: \(key); bongsu template list shows all\n")
    throw ExitStatus(1)
  }
  let previews = TemplatePreview.all(definitions, try occasion(arguments, database), options.policy)
  var isWhole = true
  for preview in previews {
    Terminal.standard.output("\(preview.channel.rawValue), \(preview.locale), version \(preview.version)\n")
    switch preview.result {
    case .success(let text): Terminal.standard.output(text.indented + "\n")
    case .failure(let rejection):
      isWhole = false
      Terminal.standard.output("  \(rejection.code): \(rejection.description)\n")
    }
  }
  if !isWhole { throw ExitStatus(1) }
}

private func occasion(_ arguments: ParsedArguments, _ database: ConnectionSettings) throws -> TemplatePreview.Occasion {
  var occasion = TemplatePreview.Occasion()
  (occasion.locale, occasion.country) = (arguments.string("locale"), arguments.string("country"))
  occasion.parameters = try parameters(arguments.string("params"))
  if let name = arguments.string("category") {
    guard let known = try AudienceLoader(database, redis: nil).load(AudienceRequest()).categories[name] else {
      Terminal.standard.error("there is no category \(name) in notification.category\n")
      throw ExitStatus(1)
    }
    occasion.category = known.kind
  }
  return occasion
}

private func parameters(_ text: String?) throws -> [String: JSONValue] {
  guard let text else { return [:] }
  let data = text.hasPrefix("@") ? FileManager.default.contents(atPath: String(text.dropFirst())) : Data(text.utf8)
  guard let data, let object = try? JSONDecoder().decode([String: JSONValue].self, from: data) else {
    throw UsageError(.badValue, #"--params takes a JSON object such as {"order": "A-17"}, or @FILE with one"#)
  }
  return object
}

extension FittedText {
  fileprivate var indented: String {
    content.indented + "\n  size: \(size)" + (isShortened ? "\n  shortened: the body was longer" : "")
  }
}

extension MessageContent {
  /// As people read it, two spaces in.
  var indented: String {
    var lines: [(String, String?)] = []
    if let push { lines += [("title", push.title), ("body", push.body), ("action", push.actionKey)] }
    if let badge = push?.badge { lines.append(("badge", "\(badge)")) }
    if let sms { lines.append(("body", sms.body)) }
    if let email { lines += [("subject", email.subject), ("html", email.html), ("text", email.text)] }
    return lines.compactMap { name, text in
      text.map {
        "  \(name): " + $0.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n    ")
      }
    }.joined(separator: "\n")
  }
}
