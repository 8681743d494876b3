import Kafka
import NotificationModel
import Policy

/// What has to be true of the topics before anything is read.
struct TopicCheck {
  let settings: RedriveSettings
  let producer: Producer

  /// All that is produced to.
  static let produced: [NotificationTopic] =
    RetryTier.allCases.map(\.topic) + [.events] + DeliveryChannel.allCases.map(\.topic) + [.status, .parked, .alerts]

  /// - Throws: what is missing, and what to type.
  func run() throws(RedriveError) {
    do throws(KafkaError) {
      try producer.require(([.deadLetters] + Self.produced).map(settings.name))
    } catch {
      throw RedriveError("Kafka's topics", cause: error)
    }
    let admin: Admin
    do throws(KafkaError) { admin = try Admin(settings.kafka) } catch {
      throw RedriveError("Kafka's settings", cause: error)
    }
    defer { admin.close() }
    for tier in RetryTier.allCases { try check(settings.name(tier.topic), admin) }
  }

  /// A retry's waiting time counts from the broker's clock; a producer's time would be that of the first failure.
  private func check(_ topic: String, _ admin: Admin) throws(RedriveError) {
    let entries: [ConfigurationEntry]
    do throws(KafkaError) { entries = try admin.configuration(of: .topic(topic)) } catch {
      throw RedriveError("asking for the settings of topic \(topic)", cause: error)
    }
    let kind = entries.first { $0.name == "message.timestamp.type" }?.value
    guard kind != "LogAppendTime" else { return }
    throw RedriveError(
      "topic \(topic) has message.timestamp.type \(kind ?? "unknown") and needs LogAppendTime; type bongsu topics apply"
    )
  }
}
