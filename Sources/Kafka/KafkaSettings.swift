/// Where the brokers are, and librdkafka's properties by their own names, so that SASL, TLS and everything else it can
/// do work: https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md.
public struct KafkaSettings: Sendable, Equatable, CustomStringConvertible {
  /// Comma-separated `host:port`.
  public var bootstrapServers: String
  /// They go over what a client sets by itself.
  public var properties: [String: String]

  public init(bootstrapServers: String, properties: [String: String] = [:]) {
    self.bootstrapServers = bootstrapServers
    self.properties = properties
  }

  /// Everything but the values of secrets.
  public var description: String {
    let rest = properties.sorted { $0.key < $1.key }.map { name, value in
      "\(name)=\(Self.isSecret(name) ? "***" : value)"
    }
    return (["bootstrap.servers=\(bootstrapServers)"] + rest).joined(separator: " ")
  }

  /// True for a property whose value must not be shown. A misspelt name counts by what it resembles.
  public static func isSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    if shown.contains(name) { return false }
    return name.hasPrefix("sasl.") || marks.contains { name.contains($0) }
  }

  private static let marks = ["pass", "secret", "token", "pem", "credential", "jaas"]
  private static let shown: Set = [
    "sasl.mechanism", "sasl.mechanisms", "sasl.username", "sasl.kerberos.service.name", "sasl.kerberos.principal",
    "sasl.kerberos.keytab", "sasl.oauthbearer.method", "sasl.oauthbearer.client.id", "sasl.oauthbearer.scope",
    "sasl.oauthbearer.token.endpoint.url", "enable.sasl.oauthbearer.unsecure.jwt",
  ]

  /// The same with `defaults` under what was given.
  func over(_ defaults: [String: String]) -> [String: String] {
    var all = defaults.merging(properties) { $1 }
    // An alias given beside our default of the canonical name would lose or win by the order of a dictionary.
    if properties["request.required.acks"] != nil, properties["acks"] == nil { all["acks"] = nil }
    if properties["linger.ms"] != nil { all["queue.buffering.max.ms"] = properties["queue.buffering.max.ms"] }
    if properties["metadata.broker.list"] == nil { all["bootstrap.servers"] = bootstrapServers }
    return all
  }
}
