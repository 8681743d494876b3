import Foundation
import LocalServers
public import Testing

/// A server or a program that a suite cannot do without.
public enum Requirement: String, Sendable {
  case postgres, redis
  /// The one of the run's choice.
  case broker
  /// A real Kafka, and it is the run's choice: for what the embedded broker leaves to it (log-ins, rights, clusters).
  case kafka
  /// A real Kafka's command-line tools, whatever the choice.
  case kafkaTools
  /// Of Debian's packages prometheus and systemd.
  case promtool, systemd
  /// Of nghttp2-server and nghttp2-proxy.
  case nghttpd, nghttpx
  /// Of scripts/python.
  case python
  /// Of C, which comes with Swift, for what stands before a process' own clock.
  case compiler

  var isInstalled: Bool {
    switch self {
    case .postgres: PostgresServer.isInstalled
    case .redis: RedisServer.isInstalled
    case .broker: BrokerChoice.current == .embedded || KafkaServer.home != nil
    case .kafka: BrokerChoice.current == .kafka && KafkaServer.home != nil
    case .kafkaTools: KafkaServer.home != nil
    case .promtool: ChildCommand.path(of: "promtool") != nil
    case .systemd: ChildCommand.path(of: "systemd-analyze") != nil
    case .nghttpd: ChildCommand.path(of: "nghttpd") != nil
    case .nghttpx: ChildCommand.path(of: "nghttpx") != nil
    case .python: PythonPackages.isInstalled
    case .compiler: ShiftedClock.isInstalled
    }
  }

  /// BONGSU_REQUIRE names, separated by commas, what must not be skipped: there the missing server fails the tests.
  var isDemanded: Bool {
    let names = ProcessInfo.processInfo.environment["BONGSU_REQUIRE"] ?? ""
    switch self {
    case .broker: return BrokerChoice.current == .kafka
    case .kafka where BrokerChoice.current == .embedded: return false
    case .kafkaTools: return names.split(separator: ",").contains("kafka")
    default: return names.split(separator: ",").contains { $0 == rawValue }
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where one of the servers is not installed, unless the run demands it.
  public static func requires(_ requirements: Requirement...) -> Self {
    let missing = requirements.filter { !$0.isInstalled && !$0.isDemanded }
    return .enabled(if: missing.isEmpty, "not here: \(missing.map(\.rawValue).joined(separator: ", "))")
  }
}
