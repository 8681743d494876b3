public import Configuration
import Operations
import Postgres
public import Providers
public import Worker

extension ReceiptSettings {
  /// Whether the worker of text messages asks: `sms.reports.enabled` (true or false, false).
  public static func isEnabled(root: ConfigurationReader) -> Bool { Read(section(root)).isEnabled }

  /// Reads `sms.reports`, and the section `notification` where reports are asked for:
  /// - `enabled` (true or false, false): it needs the notification database.
  /// - `first` (time, 1m): from a vendor's taking a message to the first ask.
  /// - `interval` (time, 5m), doubled after each ask up to `longest` (time, 2h), `until` (time, 3d; at most 90h).
  /// - `look` (time, 10s): how often the database is asked for messages that are due.
  /// - `rate` (number, 20): calls a second to each vendor.
  ///
  /// Nil where reports are not asked for, or something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader, worker: WorkerSettings?, sms: SMSSettings?) {
    let read = Read(Self.section(root))
    guard read.isEnabled else { return nil }
    let database = ConnectionSettings(notification: root)
    guard let worker, let sms, let database else { return nil }
    self.init(kafka: worker.kafka, database: database, sms: sms)
    topicPrefix = worker.topicPrefix
    (first, interval, longest, until) = (read.first, read.interval, read.longest, read.until)
    (look, rate) = (read.look, Double(read.rate))
  }

  /// Reads the section for what is wrong in it alone, on a machine that may have no such worker.
  public static func check(root: ConfigurationReader) { _ = Read(section(root)) }

  private static func section(_ root: ConfigurationReader) -> ConfigurationReader {
    root.section("sms").section("reports")
  }

  private struct Read {
    let isEnabled: Bool
    let first, interval, longest, until, look: Duration
    let rate: Int

    init(_ reports: ConfigurationReader) {
      let hour: Duration = .seconds(3_600)
      isEnabled = reports.bool("enabled", default: false)
      first = reports.duration("first", in: .zero...hour, default: .seconds(60))
      interval = reports.duration("interval", in: .seconds(1)...(hour * 24), default: .seconds(300))
      longest = reports.duration("longest", in: .seconds(1)...(hour * 24), default: hour * 2)
      // After four days the recorder forgets that they are awaited.
      until = reports.duration("until", in: .seconds(1)...(hour * 90), default: hour * 72)
      look = reports.duration("look", in: .milliseconds(100)...(.seconds(300)), default: .seconds(10))
      rate = reports.int("rate", in: 1...10_000, default: 20)
    }
  }
}
