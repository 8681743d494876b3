public import Kafka
import NotificationModel

/// A URL that is told of alerts.
public struct OpsHook: Sendable, CustomStringConvertible, CustomReflectable {
  /// `https://…`. For Slack's it is a secret.
  public var url: String
  /// Signs what is posted; nil: Slack's form, which is not signed.
  public var secret: [UInt8]?
  /// Whether it may be in a private network. Otherwise it cannot make this machine call its own.
  public var allowsPrivate = false
  /// Certificate authorities to trust in place of the system's.
  public var authorityFile: String?
  public var timeout: Duration = .seconds(10)

  public init(url: String, secret: [UInt8]? = nil) { (self.url, self.secret) = (url, secret) }

  public var description: String { "OpsHook(***)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How people hear of alerts.
public struct OpsSettings: Sendable {
  public var kafka: KafkaSettings
  public var group = ConsumerGroup.ops
  /// Names this worker within the group, so that it has its partitions again at once after a restart.
  public var instance: String?
  /// Before every topic's name.
  public var topicPrefix = "notification."
  /// From a group's first alert to the message that has all of them.
  public var window: Duration = .seconds(10)
  /// From a group's message to its next.
  public var quiet: Duration = .seconds(300)
  /// Of all groups; what is beyond it is told in one digest.
  public var messagesPerMinute = 10
  /// Of one message to one place.
  public var attempts = 10
  /// Alerts that were read and are not told; at the cap reading pauses, and nothing is quiet any longer.
  public var unfinished = 10_000
  public var stopDeadline: Duration = .seconds(10)
  public var webhook: OpsHook?
  public var slack: OpsHook?
  /// Addresses that get a mail each, by the section `email`.
  public var mail: [String] = []

  /// Of its mails: nobody unsubscribes from them.
  public static let mailCategory = "ops"

  public init(kafka: KafkaSettings) { self.kafka = kafka }

  var topic: String { topicPrefix + "alerts" }

  var limits: OpsGrouping.Limits {
    OpsGrouping.Limits(
      window: Int64(window / .nanoseconds(1)), quiet: Int64(quiet / .nanoseconds(1)),
      messagesPerMinute: messagesPerMinute)
  }
}
