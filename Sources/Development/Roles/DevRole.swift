/// A role that `bongsu dev` runs as a child process of its own.
public struct DevRole: Sendable, Equatable {
  /// What the terminal calls it, and its log's name without `.log`.
  public let name: String
  /// Of `bongsu`, without the configuration file.
  public let arguments: [String]
  /// Kafka's consumer group whose lag is its backlog; nil for a role without one.
  public let group: String?
  /// The channel that it sends by.
  public let channel: String?

  init(_ name: String, _ arguments: [String], group: String? = nil, channel: String? = nil) {
    (self.name, self.arguments, self.group, self.channel) = (name, arguments, group, channel)
  }

  private static func worker(_ channel: String) -> DevRole {
    DevRole(
      "worker-\(channel)", ["worker", "--channel", channel], group: "bongsu-worker-\(channel)", channel: channel)
  }

  /// What the others talk to, in the order of their start.
  public static let broker = DevRole("broker", ["broker"])
  public static func simulators(_ arguments: [String]) -> DevRole {
    DevRole("simulate", ["simulate"] + arguments)
  }

  /// What carries notifications, in the order of a notification's way; stopped in reverse.
  public static let carriers: [DevRole] = [
    DevRole("relay", ["relay", "--create-slot"]),
    DevRole("router", ["router"], group: "bongsu-router"),
    worker("push.ios"),
    worker("push.android"),
  ]
}
