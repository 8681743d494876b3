import Configuration
import Foundation
import HTTPTransfer
import LocalServers
import NotificationModel
import Postgres
import ProviderSimulators
import Providers
import Receipts
import Runtime
import Synchronization
import Telemetry
import TestSupport
import Worker

/// Text messages that a vendor's stand-in has taken, the log with a recorder, and who asks what became of them.
final class ReceiptSite {
  let site: RecorderSite
  let sms: SMSSimulator
  let recorder: DaemonProcess
  private let sections: SMSSettings

  init(_ vendor: SMSSimulator.Vendor = .solapi, postgres: PostgresServer? = nil) throws {
    site = try RecorderSite(postgres: postgres)
    sms = try SMSSimulator(vendor)
    sections = try Self.settings(sms)
    recorder = try site.startRecorder()
    try recorder.waitUntilReady()
  }

  deinit {
    recorder.kill()
    sms.stop()
  }

  private static func settings(_ sms: SMSSimulator) throws -> SMSSettings {
    let (key, secret) = (SMSSimulator.accessKey, SMSSimulator.secret)
    let account =
      switch sms.vendor {
      case .solapi: "apiKey: \(key), apiSecret: \(secret)"
      case .nhn: "appKey: \(SMSSimulator.appKey), secretKey: \(secret)"
      case .sens: #"serviceID: "\#(SMSSimulator.serviceID)", accessKey: \#(key), secretKey: \#(secret)"#
      case .twilio: "accountSID: \(SMSSimulator.accountSID), secret: \(secret)"
      }
    let sender =
      sms.vendor == .twilio
      ? #"sender: "\#(SMSSimulator.twilioSender)""# : #"sender: "\#(SMSSimulator.sender)", title: t"#
    let text = """
      sms:
        authorityFile: \(sms.authorityFile)
        vendors:
          - {vendor: \(sms.vendor.rawValue), host: "\(sms.url)", \(account), \(sender)}
      """
    let root = ConfigurationReader(file: try ConfigurationFile(text: text, name: "bongsu.yaml"))
    guard let settings = SMSSettings(root: root) else { throw NeverHappened(description: "the section is read") }
    return settings
  }

  /// Asks at once, and again after a second.
  func settings() throws -> ReceiptSettings {
    var settings = ReceiptSettings(
      kafka: site.router.broker.kafkaSettings, database: try site.database.user(in: "notification_worker"),
      sms: sections)
    settings.topicPrefix = site.router.prefix
    (settings.first, settings.interval, settings.longest) = (.zero, .seconds(1), .seconds(2))
    (settings.look, settings.rate) = (.milliseconds(100), 1_000)
    return settings
  }

  /// Has so many messages sent and recorded: the log, and that they are awaited.
  /// - Parameter agedBy: as if it had been so long ago.
  /// - Returns: what was told of them.
  @discardableResult
  func send(_ count: Int, agedBy age: Duration = .zero) throws -> [DeliveryStatus] {
    let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
    let time = UnixTime(milliseconds: now.milliseconds - Int64(age / .milliseconds(1)))
    let deliveries = (0..<count).map { number in
      var delivery = Delivery(
        id: UUID().uuidString.lowercased(), eventID: UUID().uuidString.lowercased(), eventTime: time, replay: 0,
        user: Int64(number), channel: .sms, target: "t\(number)", address: .phone("+8210\(20_000_000 + number)"),
        category: "order", content: MessageContent(), priority: .high, notBefore: time, sendBefore: nil)
      delivery.content.sms = SMSContent(body: "no. \(number)")
      return delivery
    }
    let ids = try taken(deliveries)
    let statuses = zip(deliveries, ids).map { delivery, id in
      var status = DeliveryStatus(
        deliveryID: delivery.id, eventID: delivery.eventID, eventTime: time, attempt: 1, state: .success,
        user: delivery.user, channel: .sms, target: delivery.target, category: "order", template: "hello", time: time)
      status.providerID = id
      return status
    }
    try record(statuses)
    return statuses
  }

  /// What the vendor calls them.
  private func taken(_ deliveries: [Delivery]) throws -> [String] {
    let found = Mutex<[UInt64: String]>([:])
    let provider = try SMSProvider(sections)
    provider.send(deliveries.enumerated().map { SendRequest(tag: UInt64($0), delivery: $1, attempt: 1) }) { reports in
      found.withLock { found in
        for report in reports {
          if case .sent(let id?) = report.result { found[report.tag] = id }
        }
      }
    }
    try eventually("the vendor has taken them") { found.withLock { $0.count } == deliveries.count }
    provider.stop(within: .seconds(5))
    return found.withLock { found in (0..<deliveries.count).compactMap { found[UInt64($0)] } }
  }

  func record(_ statuses: [DeliveryStatus]) throws {
    try RecordWriter(site.router.broker).write(statuses.map { .status($0) }, to: site.router.name(.status))
    let ids = statuses.map(\.deliveryID)
    try eventually("they are recorded") {
      try site.count("notification.delivery WHERE delivery_id::text IN ('\(ids.joined(separator: "','"))')")
        == ids.count
    }
  }

  func start(
    _ registry: MetricsRegistry = MetricsRegistry(), _ change: (inout ReceiptSettings) -> Void = { _ in }
  ) throws -> ReceiptRole {
    var settings = try settings()
    change(&settings)
    let role = try ReceiptRole(settings, registry: registry, logger: Logger(label: "test", level: .error))
    role.start()
    return role
  }

  /// How many have such a receipt, and the code: `DELIVERED -`.
  func receipts() throws -> [String: Int] {
    let rows = try site.database.connect().execute(
      """
      SELECT receipt::text || ' ' || coalesce(receipt_code, '-'), count(*) FROM notification.delivery
      WHERE receipt IS NOT NULL AND state = 'SUCCESS' GROUP BY 1
      """)
    return Dictionary(
      uniqueKeysWithValues: (0..<rows.rowCount).map { (rows[$0, 0] ?? "", rows[$0, 1].flatMap { Int($0) } ?? 0) })
  }

  func awaited() throws -> Int { try site.count("notification.awaited_receipt") }

  /// Statuses with a receipt, as another client reads them.
  func told() throws -> [DeliveryStatus] {
    try site.router.records(.status).map { try JSONDecoder().decode(DeliveryStatus.self, from: Data($0.value.utf8)) }
      .filter { $0.receipt != nil }
  }

  /// How many calls the vendor has had.
  var calls: Int { sms.counts.requests }

  /// The number of the n-th message, as the vendor is given it.
  func number(_ message: Int) -> String {
    sms.vendor == .twilio ? "+8210\(20_000_000 + message)" : "010\(20_000_000 + message)"
  }
}

extension MetricsRegistry {
  /// The sum of all samples of a name.
  func sum(_ name: String) -> Double {
    render().split(separator: "\n").filter { $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ") }
      .reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
  }
}
