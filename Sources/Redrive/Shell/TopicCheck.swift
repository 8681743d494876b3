import Kafka
import NotificationModel
import Operations
import Policy

/// What has to be true of the topics before anything is read.
struct TopicCheck {
  let settings: RedriveSettings
  let producer: Producer

  /// All that is produced to.
  static let produced: [NotificationTopic] =
    RetryTier.allCases.map(\.topic) + [.events] + DeliveryChannel.allCases.map(\.topic) + [.status, .parked, .alerts]

  /// - Throws: what is missing, and what to type.
  func run() throws(RoleError) {
    try RoleError.doing("Kafka's topics") { () throws(KafkaError) in
      try producer.require(([.deadLetters] + Self.produced).map(settings.name))
    }
    let admin = try RoleError.doing("Kafka's settings") { () throws(KafkaError) in try Admin(settings.kafka) }
    defer { admin.close() }
    for tier in RetryTier.allCases { try check(settings.name(tier.topic), admin) }
  }

  /// A retry's waiting time counts from the broker's clock; a producer's time would be that of the first failure.
  private func check(_ topic: String, _ admin: Admin) throws(RoleError) {
    let entries = try RoleError.doing("asking for the settings of topic \(topic)") { () throws(KafkaError) in
      try admin.configuration(of: .topic(topic))
    }
    let kind = entries.first { $0.name == "message.timestamp.type" }?.value
    guard kind != "LogAppendTime" else { return }
    throw RoleError(
      "topic \(topic) has message.timestamp.type \(kind ?? "unknown") and needs LogAppendTime; type bongsu topics apply"
    )
  }
}
