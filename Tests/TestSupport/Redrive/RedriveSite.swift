public import Foundation
import Kafka
public import LocalServers
public import NotificationModel

/// A notification database and all topics of one test's own, as `bongsu topics apply` makes them, with dead letters as
/// workers and routers write them.
public struct RedriveSite: Sendable {
  public var site: RouterSite

  /// - Parameter retries: other settings of the retry topics.
  public init(
    partitions: Int = 2, broker: (any LocalBroker)? = nil, postgres: PostgresServer? = nil,
    retries: [String: String] = [:]
  ) throws {
    site = try RouterSite(partitions: partitions, broker: broker, postgres: postgres, makesTopics: false)
    let layout = TopicLayout(partitions: partitions, replication: 1)
    for topic in NotificationTopic.all where topic != .engagement {
      var configuration = layout.configuration(of: topic)
      if topic.usesAppendTime { configuration.merge(retries) { $1 } }
      try site.broker.makeTopic(site.name(topic), partitions: partitions, configuration: configuration)
    }
  }

  /// Short enough to be waited for.
  public static let tiers = "400ms,800ms,1200ms,1600ms"

  public func start(redis: String, tiers: String = tiers, _ flags: [String] = []) throws -> DaemonProcess {
    try DaemonProcess(
      [
        "redrive", "--dsn", site.database.conninfo, "--redis", redis, "--bootstrap-servers",
        site.broker.bootstrapServers, "--group", site.group, "--set", "redrive.topicPrefix=\(site.prefix)", "--set",
        "redrive.redisPrefix=\(site.prefix)", "--set", "redrive.tiers=\(tiers)", "--set", "redrive.jitter=10ms",
        "--listen", "127.0.0.1:0",
      ] + flags)
  }

  public func records(_ topic: NotificationTopic) throws -> [TopicReader.Record] { try site.records(topic) }

  public func statuses(_ state: DeliveryState) throws -> [DeliveryStatus] {
    try site.statuses().filter { $0.state == state }
  }

  public func alerts() throws -> [Alert] {
    try records(.alerts).map { try JSONDecoder().decode(Alert.self, from: Data($0.value.utf8)) }
  }

  /// An SMS for user `number` of `makePeople`.
  public static func sms(
    _ number: Int, id: String = UUID().uuidString.lowercased(), category: String = "service",
    sendBefore: UnixTime? = nil
  ) -> Delivery {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    return Delivery(
      id: id, eventID: UUID().uuidString.lowercased(), eventTime: now, replay: 0, user: Int64(number), channel: .sms,
      target: "r0", address: .phone("+8210" + String(repeating: "0", count: 8 - "\(number)".count) + "\(number)"),
      category: category, content: MessageContent(sms: SMSContent(body: "Hi \(number)")), priority: .normal,
      notBefore: now, sendBefore: sendBefore)
  }

  /// A dead letter of a delivery's attempt, as its worker writes it.
  public func letter(
    _ delivery: Delivery, _ errorClass: ErrorClass = .retriable, code: String = "TIMEOUT", attempt: Int = 1,
    retryAfter: Int? = nil, isAmbiguous: Bool = false
  ) throws -> Letter {
    var note = FailureNote(
      errorClass, code: code, detail: "", origin: "\(site.name(delivery.channel.topic))/0/0", attempt: attempt)
    (note.retryAfter, note.eventTime, note.isAmbiguous) = (retryAfter, delivery.eventTime, isAmbiguous)
    let own = [("schema", Delivery.schema), ("id", delivery.id), ("traceparent", "00-1-2-3")]
    var writer = JSONWriter()
    delivery.write(to: &writer)
    return Letter(
      key: "\(delivery.user ?? 0)", value: writer.bytes, headers: own + note.headers(hasEventTime: false))
  }

  /// A record for any of the topics.
  public struct Letter: Sendable {
    public var key: String
    public var value: [UInt8]
    public var headers: [(name: String, text: String)]

    public init(key: String, value: [UInt8], headers: [(name: String, text: String)]) {
      (self.key, self.value, self.headers) = (key, value, headers)
    }
  }

  public func produce(_ letters: [Letter], to topic: NotificationTopic = .deadLetters) throws {
    var settings = site.broker.kafkaSettings
    settings.properties["message.max.bytes"] = "30000000"
    let producer = try Producer(settings)
    let target = try producer.topic(site.name(topic))
    for letter in letters {
      let content = RecordContent(
        key: Array(letter.key.utf8), value: letter.value,
        headers: letter.headers.map { SourceRecord.Header($0.name, $0.text) })
      guard try producer.offer(content, to: target, token: 0) else { throw NeverHappened(description: "room") }
    }
    guard producer.flush(timeoutMilliseconds: 60_000) else { throw NeverHappened(description: "letters arrive") }
  }
}

extension TopicReader.Record {
  /// Those that are not Bongsu's own.
  public var ownHeaders: [String] {
    headers.filter { !$0.name.hasPrefix(RecordHeader.prefix) }.map { "\($0.name)=\($0.value)" }
  }
}

extension TestDatabase {
  /// The id of a user's contact of the kind email or phone: the target of deliveries to it.
  public func contact(of user: Int, _ kind: String) throws -> String {
    try scalar("SELECT contact_id FROM notification.contact WHERE user_id = \(user) AND kind = '\(kind)'") ?? ""
  }
}
