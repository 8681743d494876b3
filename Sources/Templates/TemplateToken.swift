/// A piece of a template's source.
enum TemplateToken: Equatable {
  enum Tag: Equatable { case value, section, inverted, close }

  case text(String)
  case tag(Tag, TemplateName, line: Int)
}
