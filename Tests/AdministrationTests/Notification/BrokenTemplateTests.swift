import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// A template that could not be used does not get into the table by `bongsu template`, nor into use.
@Suite("A broken template", .requires(.postgres))
struct BrokenTemplateTests {
  private let database: TestDatabase
  private let directory: TemporaryDirectory
  private let dsn: String

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    directory = try TemporaryDirectory()
    let user = try database.user(in: "notification_operator")
    dsn = ["host", "port", "dbname", "user", "password", "sslmode"]
      .compactMap { key in user.value(key).map { "\(key)=\($0)" } }.joined(separator: " ")
  }

  private func template(_ words: String...) throws -> (isSuccess: Bool, text: String) { try template(words) }

  private func template(_ words: [String]) throws -> (isSuccess: Bool, text: String) {
    let (exit, lines) = try BongsuProcess.run(["template"] + words, environment: ["BONGSU_NOTIFICATION_DSN": dsn])
    return (exit.isSuccess, lines.joined(separator: "\n"))
  }

  private func file(_ text: String) throws -> String {
    let path = directory.file("rows.csv")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private var states: String? {
    get throws {
      try database.scalar(
        "SELECT string_agg(concat_ws(' ', template_key, version, state), ', ' ORDER BY template_key, version) FROM notification.template"
      )
    }
  }

  @Test(
    arguments: [
      ("push", "title=a\n{{b", "title, line 2: a tag begins with {{"),
      ("push", "title={{>a}}", "title, line 1: there are"),
      ("push", "badge={{n}}", "badge, it is neither a number nor a parameter's name"),
      ("push", "badge=!n", "badge, it is neither"),
      ("email", "subject={{{a}}}", "subject, line 1: there is no unescaped"),
      ("sms", "required_parameters={}", "body, line 3: {{#b}} is not ended by {{/b}}"),
    ])
  func `set names field and line, and makes nothing`(channel: String, column: String, words: String) throws {
    let body = channel == "sms" ? "body=a\n\n{{#b}}c" : "body=x"
    let subject = channel == "email" && !column.hasPrefix("subject") ? ["subject=x"] : []
    let (isSuccess, text) = try template(["set", "k", channel, "ko", "1", body, column] + subject)
    #expect(!isSuccess && text.contains("k, \(channel), ko, version 1: \(words)"), "\(text)")
    #expect(try states == nil)
  }

  @Test func `all faults are told, a change is taken back, and one that mends everything is made`() throws {
    try database.run(
      """
      INSERT INTO notification.template (template_key, channel, locale, version, state, title, body)
      VALUES ('k', 'push', 'ko', 1, 'active', '{{a', '{{/b}}')
      """)
    let half = try template("set", "k", "push", "ko", "1", "title=a")
    #expect(
      !half.isSuccess && half.text.contains("body, line 1: {{/b}} ends no section") && !half.text.contains("title,"))
    let other = try template("set", "k", "push", "ko", "1", "action_key=x")
    #expect(other.text.contains("title, line 1:") && other.text.contains("body, line 1:"))
    #expect(try database.scalar("SELECT title FROM notification.template") == "{{a")
    #expect(try template("set", "k", "push", "ko", "1", "title=a", "body=b").text == "changed")
  }

  @Test func `an import names the line of the file, and takes nothing`() throws {
    let csv = """
      template_key,channel,locale,version,state,body
      a,sms,ko,1,active,"two
      lines"
      b,sms,ko,1,draft,{{#b}}
      c,sms,ko,1,retired,{{#c}}
      d,sms,ko,1,active,{{

      """
    for flags in [["--dry-run"], []] {
      let (isSuccess, text) = try template(["import"] + flags + [file(csv)])
      #expect(!isSuccess)
      #expect(text.contains("line 4: b, sms, ko, version 1: body, line 1: {{#b}} is not ended"), "\(text)")
      #expect(text.contains("line 6: d, sms, ko, version 1: body, line 1: a tag begins with {{"), "\(text)")
      // It is not for use.
      #expect(!text.contains("line 5") && !text.contains("line 2:"), "\(text)")
      #expect(try states == nil)
    }
  }

  @Test func `one that was put in by SQL is not activated, and the one in use stays`() throws {
    try database.run(
      """
      INSERT INTO notification.template (template_key, channel, locale, version, state, body) VALUES
        ('k', 'sms', 'ko', 1, 'active', 'good'), ('k', 'sms', 'ko', 2, 'draft', '{{#a}}'), ('k', 'sms', 'ko', 3, 'draft', 'x')
      """)
    let refused = try template("activate", "k", "sms", "ko", "2")
    #expect(!refused.isSuccess && refused.text.contains("k, sms, ko, version 2: body, line 1: {{#a}} is not ended"))
    #expect(try states == "k 1 active, k 2 draft, k 3 draft")
    #expect(try template("set", "k", "sms", "ko", "2", "state=retired").isSuccess)
    #expect(try template("activate", "k", "sms", "ko", "3").text == "active")
    #expect(try states == "k 1 retired, k 2 retired, k 3 active")
  }

  @Test func `what may be a slip is taken with a note`() throws {
    let made = try template(
      "set", "k", "push", "ko", "1", "title=Hi {{name}}", "body={{#items}}{{.}}{{/items}}", "badge=count",
      "required_parameters={nmae,count}")
    #expect(made.isSuccess && made.text.contains("made"))
    #expect(
      made.text.contains("note: k, push, ko, version 1: title: it prints name, which required_parameters does not"))
    #expect(made.text.contains("required_parameters: nothing asks for nmae"))
    // What only a section asks for may be missing.
    #expect(!made.text.contains("items") && !made.text.contains("count,"))
    #expect(try template("set", "k", "push", "ko", "1", "required_parameters={name,items,count}").text == "changed")
  }
}
