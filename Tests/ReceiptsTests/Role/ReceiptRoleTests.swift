import Kafka
import LocalServers
import NotificationModel
import Operations
import ProviderSimulators
import Providers
import Telemetry
import TestSupport
import Testing

@testable import Receipts

/// On real servers, with a recorder that runs, as the group `notification_worker` may.
@Suite("Asking what became of text messages", .requires(.postgres, .broker))
struct ReceiptRoleTests {
  private static let list = "/messages/v4/list"

  @Test(arguments: SMSSimulator.Vendor.allCases)
  func `what a vendor says later is in the log, and what it does not know yet is asked again`(
    vendor: SMSSimulator.Vendor
  ) throws {
    let site = try ReceiptSite(vendor)
    site.sms.report(number: site.number(1), as: .failed(code: "3014"))
    site.sms.report(number: site.number(2), as: .pending)
    let statuses = try site.send(5)
    let registry = MetricsRegistry()
    let role = try site.start(registry)
    try eventually("four are known") { try site.receipts() == ["DELIVERED -": 3, "UNDELIVERED 3014": 1] }
    try eventually("one is awaited") { try site.awaited() == 1 }
    site.sms.report(number: site.number(2), as: .delivered)
    try eventually("all are known") { try site.receipts() == ["DELIVERED -": 4, "UNDELIVERED 3014": 1] }
    try eventually("none is awaited") { try site.awaited() == 0 }
    // Beside its state, which stays what it was.
    let told = try site.told()
    #expect(Set(told.map(\.deliveryID)) == Set(statuses.map(\.deliveryID)))
    #expect(told.allSatisfy { $0.state == .success && $0.attempt == 1 && $0.replay == 0 && $0.template == "hello" })
    #expect(registry.sum("bongsu_sms_reports_received_total") >= 5 && role.failure == nil)
    #expect(registry.sum("bongsu_sms_reports_failures_total") == 0)
    try role.stop(within: .seconds(10))
  }

  @Test func `while a vendor tells nothing, messages are sent as before, and it is asked on`() throws {
    let site = try ReceiptSite()
    site.sms.misbehave(.refuse(status: 503, reason: "ServiceUnavailable"), .all, path: Self.list)
    try site.send(8)
    let registry = MetricsRegistry()
    let role = try site.start(registry)
    try eventually("it fails") { registry.sum("bongsu_sms_reports_failures_total") >= 5 }
    try site.send(2)
    #expect(try site.receipts().isEmpty && site.awaited() == 10)
    #expect(role.readinessProblems.isEmpty && role.healthProblems.isEmpty)
    site.sms.behave()
    try eventually("all are known", within: .seconds(60)) { try site.receipts() == ["DELIVERED -": 10] }
    try role.stop(within: .seconds(10))
  }

  @Test func `ended between a vendor's word and Kafka's, it is asked again, and the word is the same`() throws {
    let site = try ReceiptSite()
    site.sms.report(number: site.number(1), as: .failed(code: "3014"))
    try site.send(3)
    let before = site.calls
    let registry = MetricsRegistry()
    let port = try ClosedPort()
    let first = try site.start(registry) { $0.kafka = KafkaSettings(bootstrapServers: "127.0.0.1:\(port.number)") }
    try eventually("the vendor has been asked") { site.calls >= before + 3 }
    try first.stop(within: .milliseconds(100))
    #expect(try site.receipts().isEmpty && site.awaited() == 3)
    #expect(registry.sum("bongsu_sms_reports_received_total") == 0)
    let second = try site.start()
    try eventually("all are known") { try site.receipts() == ["DELIVERED -": 2, "UNDELIVERED 3014": 1] }
    try second.stop(within: .seconds(10))
  }

  @Test func `after three days nobody knows, also while the vendor is away, and nobody is asked`() throws {
    let site = try ReceiptSite()
    try site.send(3, agedBy: .seconds(73 * 3_600))
    site.sms.misbehave(.refuse(status: 401, reason: "Unauthorized"), .all, path: Self.list)
    let registry = MetricsRegistry()
    let before = site.calls
    let role = try site.start(registry)
    try eventually("it is told") { try site.receipts() == ["UNKNOWN -": 3] }
    try eventually("none is awaited") { try site.awaited() == 0 }
    #expect(site.calls == before)
    try site.send(1)
    try eventually("the vendor is asked, and refuses") { registry.sum("bongsu_sms_reports_failures_total") > 0 }
    try site.send(2, agedBy: .seconds(80 * 3_600))
    try eventually("these are told all the same") { try site.receipts() == ["UNKNOWN -": 5] }
    #expect(try site.awaited() == 1)
    try role.stop(within: .seconds(10))
  }

  @Test func `a call-back goes the same way, and one of a message that nobody awaits is counted`() throws {
    let site = try ReceiptSite()
    for message in 0..<2 { site.sms.report(number: site.number(message), as: .pending) }
    let statuses = try site.send(2)
    let registry = MetricsRegistry()
    let role = try site.start(registry)
    let key = try #require(statuses[0].providerID.flatMap { SMSReceiptKey($0) })
    role.add([
      ReceiptReport(key, .failed(code: "3001")), ReceiptReport(SMSReceiptKey(vendor: "solapi", id: "M\n'"), .delivered),
      ReceiptReport(SMSReceiptKey(vendor: "other", id: "M"), .delivered), ReceiptReport(key, .pending),
    ])
    try eventually("it is in the log") { try site.receipts() == ["UNDELIVERED 3001": 1] }
    try eventually("one is awaited") { try site.awaited() == 1 }
    #expect(registry.sum("bongsu_sms_reports_unmatched_total") == 2)
    try role.stop(within: .seconds(10))
  }

  @Test func `the word of a message that was sent anew since is no word of the new one`() throws {
    let site = try ReceiptSite()
    let old = try site.send(1)
    var anew = old[0]
    (anew.state, anew.replay, anew.attempt, anew.providerID) = (.pending, 1, 0, nil)
    try site.record([anew])
    try eventually("it is sent anew") { try site.site.count("notification.delivery WHERE replay = 1") == 1 }
    let registry = MetricsRegistry()
    let role = try site.start(registry)
    try eventually("the old one was asked about") { registry.sum("bongsu_sms_reports_unmatched_total") > 0 }
    #expect(try site.told().isEmpty)
    try role.stop(within: .seconds(10))
  }

  @Test func `PostgreSQL that goes away is waited for`() throws {
    let postgres = try PostgresServer()
    let site = try ReceiptSite(postgres: postgres)
    try site.send(3)
    site.sms.setLatency(.milliseconds(500))
    let registry = MetricsRegistry()
    let before = site.calls
    // They do not come due again within the test, so what the vendor says now must not be lost.
    let role = try site.start(registry) { ($0.interval, $0.longest) = (.seconds(600), .seconds(600)) }
    try eventually("the vendor is being asked") { registry.sum("bongsu_sms_reports_asks_total") >= 3 }
    try postgres.stop(.immediate)
    try eventually("it is missed") { registry.sum("bongsu_sms_reports_database_failures_total") > 0 }
    #expect(role.failure == nil && role.readinessProblems.isEmpty && role.state.kind == .working)
    try postgres.start()
    try eventually("all are known", within: .seconds(60)) { try site.receipts() == ["DELIVERED -": 3] }
    #expect(site.calls == before + 3)
    try role.stop(within: .seconds(10))
  }
}
