import Foundation
import LocalServers
import TestSupport
import Testing

/// A template's texts before anybody gets them.
@Suite("bongsu render", .requires(.postgres)) struct RenderTests {
  private let database: TestDatabase

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    try RouterSite.makePeople(1, in: database)
    try database.run(
      """
      INSERT INTO notification.template (template_key, channel, locale, version, state, body) VALUES
        ('hello', 'sms', 'ko', 1, 'active', '주문 {{order}}'), ('hello', 'sms', 'ko', 2, 'draft', '새 주문 {{order}}')
      """)
  }

  private func render(_ arguments: String...) throws -> (exit: ChildExit, text: String) {
    let (exit, lines) = try BongsuProcess.run(["render"] + arguments + ["--dsn", database.conninfo])
    return (exit, lines.joined(separator: "\n"))
  }

  private static let parameters = #"{"name": "Kim & Co", "order": "A-1"}"#

  @Test func `every channel is printed, mail with its signs escaped`() throws {
    let (exit, text) = try render("hello", "--params", Self.parameters)
    #expect(exit.isSuccess)
    #expect(text.contains("push, default, version 1\n  title: Hello Kim & Co\n  body: Order A-1"))
    #expect(text.contains("sms, default, version 1\n  body: Order A-1"))
    #expect(text.contains("html: <p>Kim &amp; Co</p>"))
  }

  @Test func `the person's language comes first, and a draft only when it is asked for`() throws {
    let korean = try render("hello", "--locale", "ko-KR", "--params", Self.parameters).text
    #expect(korean.contains("sms, ko, version 1\n  body: 주문 A-1") && korean.contains("push, default"))
    let draft = try render("hello", "--locale", "ko-KR", "--version", "2", "--params", Self.parameters).text
    #expect(draft.contains("sms, ko, version 2\n  body: 새 주문 A-1"))
  }

  @Test func `a missing parameter is named, and ends with 1`() throws {
    let (exit, text) = try render("hello", "--params", #"{"name": "Kim"}"#)
    #expect(exit == .code(1) && text.contains("MISSING_PARAMETER") && text.contains("order"))
  }

  @Test func `an unknown template and parameters that are none say what to do`() throws {
    let unknown = try render("hullo")
    #expect(unknown.exit == .code(1) && unknown.text.contains("bongsu template list"))
    let broken = try render("hello", "--params", "[1]")
    #expect(broken.exit == .code(2) && broken.text.contains("--params takes a JSON object"))
    let missing = try render("hello", "--params", "@/nowhere.json")
    #expect(missing.exit == .code(2) && missing.text.contains("--params takes a JSON object"))
  }

  @Test func `parameters may come from a file`() throws {
    let directory = try TemporaryDirectory(prefix: "bongsu-render")
    try Self.parameters.write(toFile: directory.file("p.json"), atomically: true, encoding: .utf8)
    #expect(try render("hello", "--params", "@\(directory.file("p.json"))").exit.isSuccess)
  }
}
