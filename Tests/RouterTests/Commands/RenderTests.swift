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

  @Test func `an SMS becomes an LMS where it is longer, and is refused where it is too long`() throws {
    func sms(_ order: String, _ flags: String...) throws -> (exit: ChildExit, text: String) {
      let (exit, lines) = try BongsuProcess.run(
        [
          "render", "hello", "--locale", "ko", "--params", #"{"name": "", "order": "\#(order)"}"#, "--dsn",
          database.conninfo,
        ]
          + flags)
      return (exit, lines.joined(separator: "\n"))
    }
    #expect(try sms("A-1").text.contains("body: 주문 A-1\n  size: 8 of 90 bytes of EUC-KR, an SMS"))
    let long = String(repeating: "가", count: 60)
    #expect(try sms(long).text.contains("size: 125 of 2000 bytes of EUC-KR, an LMS"))
    #expect(try sms(long, "--country", "US").text.contains("size: 63 of 1600 characters"))
    let tooLong = try sms(String(repeating: "가", count: 1_000))
    #expect(
      tooLong.exit == .code(1) && tooLong.text.contains("TOO_LONG: hello, sms, ko, version 1 is longer than an LMS"))
    #expect(try sms("😀").text.contains("SMS_CHARACTERS"))
  }

  @Test func `a push that is too long is refused, or ends earlier where policy says so`() throws {
    let order = String(repeating: "a", count: 4_000)
    let parameters = #"{"name": "Kim", "order": "\#(order)"}"#
    let refused = try render("hello", "--params", parameters)
    #expect(refused.exit == .code(1) && refused.text.contains("hello, push, default, version 1 is longer than a push"))
    let cut = try render("hello", "--params", parameters, "--set", "policy.longPush=truncate", "--country", "US")
    #expect(cut.text.contains("aaa…\n  size: 3584 of 3584 bytes of JSON\n  shortened: the body was longer"))
  }

  @Test func `advertising is printed with what the law wants, as the policy has it`() throws {
    let policy = ["country=KR", "sender=Shop", "optOut.push=Off", "optOut.sms=080-1", "optOut.email=Bye"]
      .flatMap { ["--set", "policy.advertising.0.\($0)"] }
    let sale = ["hello", "--params", Self.parameters, "--category", "advertising"]
    let (exit, lines) = try BongsuProcess.run(["render"] + sale + ["--dsn", database.conninfo] + policy)
    let text = lines.joined(separator: "\n")
    #expect(exit.isSuccess && text.contains("title: (광고) Hello Kim & Co\n  body: Shop\n    Order A-1\n    Off\n"))
    #expect(text.contains("body: (광고)Shop\n    Order A-1\n    080-1\n  size: 26 of 90 bytes of EUC-KR, an SMS"))
    #expect(text.contains("subject: (광고) Order A-1") && text.contains("<p>Shop<br>Bye</p>"))
    let unready = try BongsuProcess.run(["render"] + sale + ["--dsn", database.conninfo])
    #expect(unready.exit == .code(1) && unready.lines.joined().contains("ADVERTISING_NOT_CONFIGURED"))
    let unknown = try render("hello", "--params", Self.parameters, "--category", "none")
    #expect(unknown.exit == .code(1) && unknown.text.contains("there is no category none"))
    #expect(try render("hello", "--params", Self.parameters, "--category", "service").exit.isSuccess)
  }

  @Test func `parameters may come from a file`() throws {
    let directory = try TemporaryDirectory(prefix: "bongsu-render")
    try Self.parameters.write(toFile: directory.file("p.json"), atomically: true, encoding: .utf8)
    #expect(try render("hello", "--params", "@\(directory.file("p.json"))").exit.isSuccess)
  }
}
