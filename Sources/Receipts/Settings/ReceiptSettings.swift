public import HTTPTransfer
public import Kafka
public import Postgres
public import Providers

/// How vendors are asked what became of text messages.
public struct ReceiptSettings: Sendable {
  public var kafka: KafkaSettings
  /// The notification database, as a member of `notification_worker`.
  public var database: ConnectionSettings
  /// Before every topic's name.
  public var topicPrefix = "notification."
  /// Of several accounts of one vendor the first is asked.
  public var vendors: [any SMSVendor]
  public var client: HTTPClientSettings
  /// From a vendor's taking a message to the first ask.
  public var first: Duration = .seconds(60)
  /// From the first ask to the second; each further one waits twice as long, up to `longest`.
  public var interval: Duration = .seconds(300)
  public var longest: Duration = .seconds(7_200)
  /// From a vendor's taking a message; after that nobody is asked any more.
  public var until: Duration = .seconds(72 * 3_600)
  /// How often the database is asked for messages that are due.
  public var look: Duration = .seconds(10)
  /// Calls a second to each vendor.
  public var rate = 20.0
  /// For what Kafka has not acknowledged; what is left comes due again.
  public var stopDeadline: Duration = .seconds(3)

  public init(kafka: KafkaSettings, database: ConnectionSettings, sms: SMSSettings) {
    (self.kafka, self.database, vendors, client) = (kafka, database, sms.vendors, sms.client)
    (client.connections, client.streams) = (2, 20)
  }

  var schedule: ReceiptSchedule {
    ReceiptSchedule(first: first, interval: interval, longest: longest, until: until)
  }
}
