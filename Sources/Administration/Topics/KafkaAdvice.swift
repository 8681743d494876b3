import Kafka

/// What to do about an error of Kafka's.
enum KafkaAdvice {
  static func text(_ code: KafkaErrorCode) -> String {
    switch code {
    case .topicAuthorizationFailed, .clusterAuthorizationFailed:
      "grant it, as in: kafka-acls --add --allow-principal User:NAME --operation Create --operation Describe "
        + "--operation Alter --operation DescribeConfigs --operation AlterConfigs "
        + "--topic notification. --resource-pattern-type prefixed"
    case .authentication, .saslAuthenticationFailed, .unsupportedSASLMechanism:
      "check sasl.mechanism, sasl.username and sasl.password (--set kafka.properties.sasl.username=NAME)"
    case .ssl: "check security.protocol and ssl.ca.location, and that the broker's certificate names its host"
    case .transport, .allBrokersDown, .resolve, .timedOut, .unsupportedFeature:
      "check that the brokers run, that --bootstrap-servers names them, and that security.protocol is theirs"
    case .invalidReplicationFactor: "there are fewer brokers than copies; use a smaller --replication"
    case .policyViolation: "the cluster's own policy forbids it; ask its operator"
    default: "see the broker's log"
    }
  }
}
