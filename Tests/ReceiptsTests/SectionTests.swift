import Configuration
import NotificationModel
import Providers
import Testing
import Worker

@testable import Receipts

@Suite("The section sms.reports") struct SectionTests {
  private static let servers = """
    kafka: {bootstrapServers: "127.0.0.1:1"}
    redis: {address: "127.0.0.1:2"}
    worker: {channel: sms, topicPrefix: t.}

    """

  private func read(_ text: String, database: String = "") throws -> (ReceiptSettings?, problems: [String]) {
    let vendors = """
      sms:
        vendors:
          - {vendor: solapi, apiKey: a, apiSecret: b, sender: "0212345678", title: t}
          - {vendor: twilio, accountSID: AC0123456789abcdef0123456789abcdef, secret: s, sender: "+15005550006"}

      """
    let root = ConfigurationReader(
      file: try ConfigurationFile(text: Self.servers + database + vendors + text, name: "bongsu.yaml"))
    let channel = WorkerSettings.channel(root: root)
    let worker = WorkerSettings(root: root, channel: channel ?? .email)
    let settings = ReceiptSettings(root: root, worker: worker, sms: SMSSettings(root: root))
    if !ReceiptSettings.isEnabled(root: root) { root.leave("notification") }
    do {
      try root.finish()
      return (settings, [])
    } catch {
      return (settings, error.problems.map(\.description))
    }
  }

  private static let database = "notification: {dsn: dbname=n}\n"

  @Test func `without a word nobody is asked, whether there is a database or not`() throws {
    for database in ["", Self.database] {
      let (settings, problems) = try read("", database: database)
      #expect(settings == nil && problems == [])
    }
  }

  @Test func `who asks needs the database`() throws {
    let (settings, problems) = try read("  reports: {enabled: true}\n")
    #expect(settings == nil && problems.count == 1 && problems[0].contains("notification.dsn"), "\(problems)")
  }

  @Test func `what it says counts`() throws {
    let (found, problems) = try read(
      "  reports: {enabled: true, first: 2m, interval: 3m, longest: 1h, until: 5h, look: 1s, rate: 7}\n",
      database: Self.database)
    let settings = try #require(found)
    #expect(problems == [] && settings.topicPrefix == "t." && settings.rate == 7 && settings.look == .seconds(1))
    #expect(settings.schedule.first == .seconds(120) && settings.schedule.until == .seconds(5 * 3_600))
    #expect(settings.schedule.waits.map { $0 / 60_000 } == [3, 6, 12, 24, 48, 60])
    #expect(settings.lanes(now: 0).map(\.vendor) == ["solapi", "twilio"])
  }

  @Test func `what cannot be is told by its key`() throws {
    let (_, problems) = try read(
      "  reports: {enabled: true, until: 4d, rate: 0, every: 1s}\n", database: Self.database)
    #expect(problems.count == 3, "\(problems)")
    for key in ["until", "rate", "every"] { #expect(problems.contains { $0.contains(key) }, "\(key): \(problems)") }
  }
}
