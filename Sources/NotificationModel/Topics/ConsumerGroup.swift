/// Kafka's consumer groups, where no configuration names others.
public enum ConsumerGroup {
  public static let router = "bongsu-router"
  public static let redrive = "bongsu-redrive"
  public static let recorder = "bongsu-recorder"
  public static let ops = "bongsu-ops"

  public static func worker(_ channel: DeliveryChannel) -> String { "bongsu-worker-\(channel.rawValue)" }
}
