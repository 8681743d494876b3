public import NotificationModel
import Templates

/// What can be said of a template before anybody gets it.
public struct TemplateCheck: Sendable, Equatable {
  /// Why it could not be used, as `body, line 2: {{#items}} is not ended by {{/items}}`.
  public private(set) var faults: [String] = []
  /// What is allowed and may be a slip.
  public private(set) var remarks: [String] = []
  private var asked: Set<String> = []
  private let required: Set<String>

  public init(_ definition: TemplateDefinition) {
    required = Set(definition.requiredParameters)
    for (field, source) in [("subject", definition.subject), ("title", definition.title), ("body", definition.body)] {
      if let source { check(source, field) }
    }
    if let badge = definition.badge { check(badge: badge) }
    // A text that cannot be read may ask for anything.
    guard faults.isEmpty else { return }
    for name in definition.requiredParameters where !asked.contains(name) {
      remarks.append("required_parameters: nothing asks for \(name), and an event without it is refused all the same")
    }
  }

  private mutating func check(_ source: String, _ field: String) {
    do throws(TemplateError) { note(try Template(source), field) } catch {
      faults.append("\(field), \(error.description)")
    }
  }

  /// A number, or the name of the parameter that holds it.
  private mutating func check(badge: String) {
    guard !badge.isEmpty, Int(badge) == nil else { return }
    let template = badge.contains { "{}".contains($0) } ? nil : try? Template("{{\(badge)}}")
    guard let template, template.printed.count == 1 else {
      faults.append("badge, it is neither a number nor a parameter's name, as in badge=count")
      return
    }
    note(template, "badge")
  }

  /// What only a section asks for may be missing.
  private mutating func note(_ template: Template, _ field: String) {
    asked.formUnion(template.parameters)
    for name in template.printed.subtracting(required).sorted() {
      remarks.append("\(field): it prints \(name), which required_parameters does not list")
    }
  }
}
