/// Kafka's consumer groups of those that carry events and deliveries on, where no configuration names others.
public enum ConsumerGroup {
  public static let router = "bongsu-router"
  public static let redrive = "bongsu-redrive"

  public static func worker(_ channel: DeliveryChannel) -> String { "bongsu-worker-\(channel.rawValue)" }
}
