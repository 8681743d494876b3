import Foundation
import Templates
import Testing

/// The cases of the Mustache specification (github.com/mustache/spec) on interpolation, sections, inverted sections and
/// comments, but for those on unescaped tags, which do not exist here, and on printing what is missing, which is an
/// error here.
@Suite struct SpecificationTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let `case`: String
    let template: String
    let values: TemplateValue
    let printed: String
    var testDescription: String { `case` }
  }

  static let cases: [Case] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Specification/cases.json")
    do {
      return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    } catch {
      fatalError("the specification's cases cannot be read: \(error)")
    }
  }()

  @Test(arguments: cases) func `prints what the specification says`(one: Case) throws {
    #expect(try Template(one.template).render(one.values) == one.printed)
  }

  @Test func `all of them are there`() { #expect(Self.cases.count == 80) }
}
