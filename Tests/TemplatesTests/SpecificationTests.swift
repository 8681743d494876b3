import Foundation
import Templates
import Testing

/// The cases of the Mustache specification (github.com/mustache/spec) on interpolation, sections, inverted sections and
/// comments, all of them.
@Suite struct SpecificationTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let `case`: String
    let template: String
    let values: TemplateValue
    let printed: String
    var testDescription: String { `case` }
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  static let cases: [Case] = {
    do {
      let file = folder.appendingPathComponent("Specification/cases.json")
      return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    } catch {
      fatalError("the specification's cases cannot be read: \(error)")
    }
  }()

  private static let differing = Set(DifferingCase.allCases.flatMap(\.names))

  @Test(arguments: cases.filter { !differing.contains($0.case) })
  func `prints what the specification says`(one: Case) throws {
    #expect(try Template(one.template).render(one.values) == one.printed)
  }

  @Test func `all of them are there, and no more differ than are named`() {
    #expect(Self.cases.count == 110 && Set(Self.cases.map(\.case)).count == 110)
    #expect(Self.differing.count == 30 && Self.differing.isSubset(of: Self.cases.map(\.case)))
  }

  @Test(arguments: DifferingCase.allCases)
  func `those that are named differ, and in the way that is said`(difference: DifferingCase) throws {
    for name in difference.names {
      let one = try #require(Self.cases.first { $0.case == name })
      switch difference {
      case .escapedInMailAlone:
        #expect(try Template(one.template).render(one.values) != one.printed, "\(name)")
        #expect(try Template(one.template).render(one.values, escaping: .html) == one.printed, "\(name)")
      case .noUnescapedTag:
        let error = #expect(throws: TemplateError.self, "\(name)") { try Template(one.template) }
        #expect(error?.description.contains("there is no unescaped") == true, "\(name)")
      case .missingIsAnError:
        let error = #expect(throws: TemplateError.self, "\(name)") { try Template(one.template).render(one.values) }
        guard case .missing? = error?.code else {
          Issue.record("\(name): \(error as Any)")
          continue
        }
      }
    }
  }

  @Test func `docs/templates.md names them`() throws {
    let page = try String(
      contentsOf: Self.folder.appendingPathComponent("../../docs/templates.md"), encoding: .utf8)
    for name in Self.differing.compactMap({ $0.split(separator: ": ").last }) {
      #expect(page.contains("`\(name)`"), "\(name)")
    }
  }
}
