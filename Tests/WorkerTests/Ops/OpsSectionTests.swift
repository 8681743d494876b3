import Configuration
import Testing
import Worker

@Suite("The section ops") struct OpsSectionTests {
  private func read(_ text: String) throws -> (settings: OpsSettings?, problems: [String]) {
    let servers = "kafka: {bootstrapServers: 127.0.0.1:1}\n"
    let root = ConfigurationReader(file: try ConfigurationFile(text: servers + text, name: "bongsu.yaml"))
    let settings = OpsSettings(root: root)
    do {
      try root.finish()
      return (settings, [])
    } catch {
      return (settings, error.problems.map(\.description))
    }
  }

  @Test func `what it says counts`() throws {
    let (settings, problems) = try read(
      """
      ops:
        group: g
        instance: a
        topicPrefix: t.
        window: 1s
        quiet: 2m
        messagesPerMinute: 3
        attempts: 4
        unfinished: 5
        stopDeadline: 6s
        webhook: {url: "https://a.example/x", secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3, allowsPrivate: true}
        slack: {url: "https://b.example/y", timeout: 3s, authorityFile: ca.pem}
        mail: {to: "a@example.org, b@example.org"}
      """)
    #expect(problems == [])
    let ops = try #require(settings)
    #expect(ops.group == "g" && ops.instance == "a" && ops.topicPrefix == "t." && ops.window == .seconds(1))
    #expect(ops.quiet == .seconds(120) && ops.messagesPerMinute == 3 && ops.attempts == 4 && ops.unfinished == 5)
    #expect(ops.stopDeadline == .seconds(6) && ops.mail == ["a@example.org", "b@example.org"])
    #expect(ops.webhook?.secret == Array("0123456789abcdef01234567".utf8) && ops.webhook?.allowsPrivate == true)
    #expect(ops.slack?.url == "https://b.example/y" && ops.slack?.allowsPrivate == false)
    #expect(ops.slack?.secret == nil && ops.slack?.timeout == .seconds(3) && ops.slack?.authorityFile == "ca.pem")
    #expect(!"\(ops)".contains("example/y"))
  }

  @Test(arguments: [
    ("ops: {window: 1s}", "ops.webhook.url"), ("ops: {webhook: {url: \"https://a/\"}}", "ops.webhook.secret"),
    ("ops: {webhook: {url: \"http://a/\", secret: 0123456789abcdef01234567}}", "https://HOST/PATH"),
    ("ops: {webhook: {url: \"https://a/\", secret: short}}", "24 bytes"),
    ("ops: {slack: {url: \"ftp://hidden/\"}}", "https://HOST/PATH"), ("ops: {mail: {to: nobody}}", "addresses"),
    ("ops: {mail: {to: a@example.org}, attempts: 0}", "ops.attempts"),
    ("ops: {mail: {to: a@example.org}, grp: 0}", "unknown key ops.grp"),
  ])
  func `what it cannot use is named`(text: String, words: String) throws {
    let problems = try read(text).problems
    #expect(problems.count == 1 && problems.first?.contains(words) == true, "\(problems)")
    #expect(!problems.joined().contains("hidden"))
  }
}
