import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

@Suite("bongsu user, device, template, preference", .requires(.postgres))
struct KeeperCommandTests {
  private let database: TestDatabase
  private let directory: TemporaryDirectory

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrateNotification()
    try database.run("INSERT INTO notification.app_user (user_id, email) VALUES (1, 'a@b.c'), (2, 'b@b.c')")
    directory = try TemporaryDirectory()
  }

  /// As a member of the operators' group.
  private func bongsu(_ words: String...) throws -> (isSuccess: Bool, lines: [String]) { try bongsu(words) }

  private func bongsu(_ words: [String]) throws -> (isSuccess: Bool, lines: [String]) {
    let (exit, lines) = try BongsuProcess.run(words, environment: ["BONGSU_NOTIFICATION_DSN": try operatorDSN()])
    return (exit.isSuccess, lines)
  }

  private func operatorDSN() throws -> String {
    let user = try database.user(in: "notification_operator")
    return ["host", "port", "dbname", "user", "password", "sslmode"]
      .compactMap { key in user.value(key).map { "\(key)=\($0)" } }.joined(separator: " ")
  }

  private func file(_ text: String) throws -> String {
    let path = directory.file("rows.csv")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func `set makes and changes, show and list print, and nothing is null`() throws {
    #expect(try bongsu("user", "set", "17", "email=new@b.c", "locale=ko-KR").lines == ["made"])
    #expect(try bongsu("user", "set", "17", "locale=", "phone_number=+821012345678").lines == ["changed"])
    let shown = try bongsu("user", "show", "17")
    #expect(shown.lines.contains("email         new@b.c") && shown.lines.contains("locale        -"))
    let listed = try bongsu("user", "list", "--where", "email=a@b.c").lines
    #expect(listed.count == 2 && listed[1].hasPrefix("1        a@b.c"), "\(listed)")
    #expect(try bongsu("user", "show", "99").isSuccess == false)
  }

  @Test func `a preference is named with - for what is null`() throws {
    #expect(try bongsu("preference", "set", "1", "-", "-", "enabled=false").lines == ["made"])
    #expect(try bongsu("preference", "set", "1", "-", "email", "enabled=false").lines == ["made"])
    #expect(try bongsu("preference", "set", "1", "-", "-", "enabled=true").lines == ["changed"])
    let rows = "SELECT string_agg(concat_ws('/', channel, enabled), ' ' ORDER BY channel) FROM notification.preference"
    #expect(try database.scalar(rows) == "email/f t")
  }

  @Test func `a template's text comes from a file, and a version is put into use`() throws {
    let path = try file("안녕, {{name}}\n두 번째 줄")
    let first = ["body=@\(path)", "state=active", "required_parameters={name}"]
    #expect(try bongsu(["template", "set", "hi", "sms", "ko", "1"] + first).lines == ["made"])
    #expect(try bongsu("template", "set", "hi", "sms", "ko", "2", "body=둘").lines == ["made"])
    #expect(try bongsu("template", "activate", "hi", "sms", "ko", "2").lines == ["active"])
    #expect(try bongsu("template", "activate", "hi", "sms", "ko", "9").isSuccess == false)
    #expect(try database.scalar("SELECT body FROM notification.template WHERE version = 1") == "안녕, {{name}}\n두 번째 줄")
    #expect(try database.scalar("SELECT version FROM notification.template WHERE state = 'active'") == "2")
  }

  @Test func `what the database refuses and a column that is not there say so`() throws {
    let bad = try bongsu("user", "set", "1", "email=no")
    #expect(!bad.isSuccess && bad.lines.joined().contains("app_user_email_check"))
    let unknown = try bongsu("user", "set", "1", "version=7")
    #expect(!unknown.isSuccess && unknown.lines.joined().contains("there are email, phone_number"))
    #expect(try bongsu("user", "set", "1").isSuccess == false)
    #expect(try database.scalar("SELECT email FROM notification.app_user WHERE user_id = 1") == "a@b.c")
  }

  @Test func `an export is what an import takes, and taken twice it changes nothing`() throws {
    try database.run(
      """
      INSERT INTO notification.template
        (template_key, channel, locale, version, state, title, body, required_parameters)
      VALUES ('k', 'push', 'ko', 1, 'active', '', E'a,"b"\\nc {{name}} {{a,b}}', '{name,"a,b"}'), ('k', 'push', 'en', 1, 'draft', NULL, 'b', '{}');
      INSERT INTO notification.preference (user_id, category, channel, enabled)
      VALUES (1, NULL, NULL, false), (1, 'service', 'sms', true);
      SELECT notification.register_device(1, 'token', 'ios', 'com.example')
      """)
    for noun in ["user", "device", "template", "preference"] {
      let exported = try bongsu(noun, "export").lines
      let path = try file(exported.joined(separator: "\n") + "\n")
      let again = try bongsu(noun, "import", path)
      #expect(again.lines.first?.hasPrefix("made 0, changed") == true, "\(noun): \(again.lines)")
      #expect(try bongsu(noun, "export").lines == exported)
    }
  }

  @Test func `an import makes and changes all rows or none, and names the record that cannot be`() throws {
    let good = "user_id,email\n2,changed@b.c\n3,\"new@b.c\"\n"
    #expect(try bongsu("user", "import", "--dry-run", file(good)).lines == ["would have made 1, changed 1"])
    #expect(try database.scalar("SELECT count(*) FROM notification.app_user") == "2")
    #expect(try bongsu("user", "import", file(good)).lines == ["made 1, changed 1"])
    let records = (10..<1_010).map { "\($0),\($0 == 700 ? "no address" : "u\($0)@b.c")" }
    let bad = try bongsu("user", "import", file("user_id,email\n" + records.joined(separator: "\n")))
    #expect(!bad.isSuccess && bad.lines.joined().contains("record 691 cannot be taken"), "\(bad.lines)")
    #expect(!bad.lines.joined().contains("no address"))
    let wrongType = try bongsu("user", "import", file("user_id,email\n5,u5@b.c\nsix,u6@b.c\n"))
    #expect(wrongType.lines.joined().contains("record 2 cannot be taken"), "\(wrongType.lines)")
    let twice = try bongsu("user", "import", file("user_id,email\n5,u5@b.c\n5,u6@b.c\n"))
    #expect(twice.lines.joined().contains("record 2 names a user a second time"), "\(twice.lines)")
    #expect(try database.scalar("SELECT count(*) FROM notification.app_user") == "3")
  }

  @Test(arguments: ["email\na@b.c\n", "user_id,nothing\n1,2\n", "", "user_id,email,email\n"])
  func `a header without the keys, or with what is no column, is refused`(text: String) throws {
    #expect(try bongsu("user", "import", file(text)).isSuccess == false)
  }
}
