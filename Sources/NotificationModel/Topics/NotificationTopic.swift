/// One of the topics that the roles talk over: what is fixed of it, whatever the size of the cluster.
public struct NotificationTopic: Sendable, Hashable {
  public let name: String
  /// What its records are keyed by, for people.
  public let key: String
  /// Whole days; nil is without end.
  public let retentionDays: Int?
  /// Records carry the time at which the broker appended them, which a retry's waiting time counts from. Elsewhere
  /// they carry their producer's time.
  public let usesAppendTime: Bool
  /// Takes the largest event together with the headers that a failure adds to it.
  public let takesFailures: Bool

  init(_ name: String, key: String, days: Int?, usesAppendTime: Bool = false, takesFailures: Bool = false) {
    self.name = "notification.\(name)"
    self.key = key
    retentionDays = days
    self.usesAppendTime = usesAppendTime
    self.takesFailures = takesFailures
  }

  /// - Parameter prefix: in place of `notification.`.
  public func name(prefix: String) -> String { prefix + name.dropFirst("notification.".count) }

  /// Whether Kafka takes the names that begin so.
  public static func isPrefix(_ text: String) -> Bool {
    (1...200).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

extension NotificationTopic {
  public static let events = NotificationTopic("events", key: "aggregate id", days: 7)
  public static let pushIOS = NotificationTopic("push.ios", key: "user id", days: 3)
  public static let pushAndroid = NotificationTopic("push.android", key: "user id", days: 3)
  public static let sms = NotificationTopic("sms", key: "user id", days: 3)
  public static let email = NotificationTopic("email", key: "user id", days: 3)
  public static let status = NotificationTopic("status", key: "delivery id", days: 7)
  public static let deadLetters = NotificationTopic("dlq", key: "the original key", days: 7, takesFailures: true)
  /// The waiting times of the retry ladder, shortest first.
  public static let retries = ["1m", "5m", "15m", "1h"].map {
    NotificationTopic("retry.\($0)", key: "the original key", days: 3, usesAppendTime: true, takesFailures: true)
  }
  public static let parked = NotificationTopic("parked", key: "the original key", days: nil, takesFailures: true)
  public static let alerts = NotificationTopic("alerts", key: "alert's group", days: 7)
  public static let engagement = NotificationTopic("engagement", key: "user id", days: 7)

  /// All of them, in the order of a notification's way.
  public static let all =
    [events, pushIOS, pushAndroid, sms, email, status, deadLetters] + retries + [parked, alerts, engagement]
}
