import Foundation
import Templates
import Testing

@Suite struct TemplateTests {
  private func render(_ source: String, _ json: String, _ escaping: Template.Escaping = .none) throws -> String {
    let values = try JSONDecoder().decode(TemplateValue.self, from: Data(json.utf8))
    return try Template(source).render(values, escaping: escaping)
  }

  @Test(
    arguments: [
      ("{{name}}", "{}", "name"), ("{{user.name}}", #"{"user": {}}"#, "user.name"),
      ("{{a.b}}", #"{"a.b": "c"}"#, "a.b"), ("{{#a}}{{b.c}}{{/a}}", #"{"a": {"b": {}}, "b": {"c": "no"}}"#, "b.c"),
      ("{{#items}}{{price}}{{/items}}", #"{"items": [{"price": 1}, {}]}"#, "price"),
    ])
  func `a parameter that is printed and missing is named`(source: String, json: String, name: String) {
    let error = #expect(throws: TemplateError.self) { try render(source, json) }
    #expect(error?.code == .missing(parameter: name))
    #expect(error?.description == "the parameter \(name) is missing")
  }

  @Test func `HTML is escaped where it is asked for, and the template's own text never`() throws {
    let values = #"{"name": "<b>\"Kim\" & 'Lee'</b>"}"#
    #expect(try render("<p>{{name}}</p>", values) == "<p><b>\"Kim\" & 'Lee'</b></p>")
    #expect(
      try render("<p>{{name}}</p>", values, .html)
        == "<p>&lt;b&gt;&quot;Kim&quot; &amp; &#39;Lee&#39;&lt;/b&gt;</p>")
    // Scalars, not characters: a combining mark must not hide what it follows.
    #expect(try render("{{name}}", #"{"name": "<\u0301"}"#, .html) == "&lt;\u{301}")
  }

  @Test(
    arguments: [
      ("a\n{{name", "line 2: a tag begins with {{ and does not end with }}"),
      ("{{}}", "line 1: a tag holds one name, as in {{name}}"),
      ("{{a b}}", "line 1: a tag holds one name, as in {{name}}"),
      ("{{a..b}}", "line 1: 'a..b' is no name"), ("{{.a}}", "line 1: '.a' is no name"),
      ("{{{a}}}", "line 1: there is no unescaped {{{name}}} or {{&name}}: write {{name}}"),
      ("{{&a}}", "line 1: there is no unescaped {{{name}}} or {{&name}}: write {{name}}"),
      ("{{>a}}", "line 1: there are no partials {{> }}"),
      ("{{=<% %>=}}", "line 1: the delimiters are always {{ and }}"),
      ("\n\n{{#a}}x", "line 3: {{#a}} is not ended by {{/a}}"),
      ("{{#a}}{{/b}}", "line 1: {{/b}} ends no section; {{#a}} is open"), ("{{/a}}", "line 1: {{/a}} ends no section"),
    ])
  func `what is no template is said with its line`(source: String, words: String) {
    let error = #expect(throws: TemplateError.self) { try Template(source) }
    #expect(error?.description == words)
  }

  @Test func `a list or an object is no text`() {
    for json in [#"{"a": []}"#, #"{"a": [1]}"#, #"{"a": {"b": 1}}"#] {
      let error = #expect(throws: TemplateError.self) { try render("{{a}}", json) }
      #expect(error?.code == .notText(parameter: "a"))
    }
  }

  @Test func `source, depth and output have their bounds`() throws {
    var limits = Template.Limits()
    (limits.sourceBytes, limits.outputBytes, limits.depth) = (200, 100, 2)
    let deep = "{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}"
    for source in [String(repeating: "x", count: 201), deep] {
      let error = #expect(throws: TemplateError.self) { try Template(source, limits: limits) }
      #expect(error?.code == .tooLarge)
    }
    let template = try Template("{{#a}}{{#a}}{{b}}{{/a}}{{/a}}", limits: limits)
    let list = TemplateValue.list(Array(repeating: .text(""), count: 11))
    let error = #expect(throws: TemplateError.self) { try template.render(.object(["a": list, "b": ""])) }
    #expect(error?.code == .tooLarge)
  }

  @Test func `it tells what it asks for`() throws {
    let template = try Template("{{#items}}{{name}} {{shop.city}}{{/items}}{{^none}}{{.}}{{/none}}")
    #expect(template.parameters == ["items", "name", "shop", "none"])
  }

  @Test func `any bytes are a template or an error`() {
    var random = SystemRandomNumberGenerator()
    let alphabet = ["{{", "}}", "#", "^", "/", "!", "a", ".", "\n", "\r\n", " ", "{", "}", "가", "\t"]
    for _ in 0..<3_000 {
      let source = (0..<Int.random(in: 0...20, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
      guard let template = try? Template(source.joined()) else { continue }
      _ = try? template.render(.object(["a": .list(["x", "y"])]))
    }
  }

  @Test func `values are JSON, there and back`() throws {
    let json = #"{"a":[1,2.5,"t",true,null,{"b":-9007199254740993}]}"#
    let value = try JSONDecoder().decode(TemplateValue.self, from: Data(json.utf8))
    #expect(String(decoding: try JSONEncoder().encode(value), as: UTF8.self) == json)
  }
}
