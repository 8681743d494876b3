import Arguments
import Kafka

/// Kafka's address and librdkafka's properties, as all commands that speak to Kafka take them.
enum KafkaArguments {
  static let options: [Option] = [
    .string("bootstrap-servers", "HOST:PORT", help: "Kafka's addresses, separated by commas."),
    .repeated("set", "KEY=VALUE", help: "A property of librdkafka, as kafka.properties.linger.ms=1."),
  ]

  static func settings(_ arguments: ParsedArguments) throws -> KafkaSettings {
    guard let servers = arguments.string("bootstrap-servers") else {
      throw UsageError(.missingArgument, "--bootstrap-servers is missing: name Kafka's address")
    }
    return KafkaSettings(bootstrapServers: servers, properties: try properties(arguments.strings("set")))
  }

  private static func properties(_ settings: [String]) throws -> [String: String] {
    let prefix = "kafka.properties."
    return try Dictionary(
      settings.map { setting in
        guard setting.hasPrefix(prefix), let equals = setting.firstIndex(of: "=") else {
          throw UsageError(.badValue, "--set takes \(prefix)NAME=VALUE")
        }
        let name = setting[..<equals].dropFirst(prefix.count)
        return (String(name), String(setting[setting.index(after: equals)...]))
      }, uniquingKeysWith: { $1 })
  }
}
