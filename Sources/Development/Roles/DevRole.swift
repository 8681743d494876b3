public import NotificationModel

/// A role that `bongsu dev` runs as a child process of its own.
public struct DevRole: Sendable, Equatable {
  /// What the terminal calls it, and its log's name without `.log`.
  public let name: String
  /// Of `bongsu`, without the configuration file.
  public let arguments: [String]
  /// Kafka's consumer group whose lag is its backlog; nil for a role without one.
  public let group: String?
  /// The channel that it sends by.
  public let channel: DeliveryChannel?

  init(_ name: String, _ arguments: [String], group: String? = nil, channel: DeliveryChannel? = nil) {
    (self.name, self.arguments, self.group, self.channel) = (name, arguments, group, channel)
  }

  private static func worker(_ channel: DeliveryChannel) -> DevRole {
    let name = channel.rawValue
    return DevRole(
      "worker-\(name)", ["worker", "--channel", name], group: ConsumerGroup.worker(channel), channel: channel)
  }

  /// What the others talk to.
  public static let broker = DevRole("broker", ["broker"])

  /// - Parameter ports: of each stand-in by its name, and of `control`; they stay over a restart.
  public static func simulators(_ directory: String, ports: [String: UInt16]) -> DevRole {
    let stands = standIns.flatMap { ["--\($0)-port", "\(ports[$0] ?? 0)"] }
    let control = ["--control", "127.0.0.1:\(ports["control"] ?? 0)"]
    return DevRole("simulate", ["simulate", "--directory", directory] + stands + control)
  }

  /// As `bongsu simulate` calls them.
  public static let standIns = ["apns", "fcm", "solapi", "nhn", "sens", "twilio", "smtp"]

  /// Whether what failed is tried again.
  public static var retries: Bool { carriers.contains { $0.name == "redrive" } }
  /// By which there is a worker.
  public static var channels: [DeliveryChannel] { carriers.compactMap(\.channel) }

  /// What carries notifications, in the order of a notification's way; stopped in reverse.
  public static let carriers: [DevRole] =
    [DevRole("relay", ["relay", "--create-slot"]), DevRole("router", ["router"], group: ConsumerGroup.router)]
    + DeliveryChannel.allCases.map(worker) + [
      DevRole("redrive", ["redrive"], group: ConsumerGroup.redrive),
      DevRole("recorder", ["recorder"], group: ConsumerGroup.recorder),
      DevRole("worker-ops", ["worker", "--channel", "ops"], group: ConsumerGroup.ops),
    ]
}
