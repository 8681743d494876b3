import Arguments
import Operations
import Relay
import Runtime
import Telemetry

/// Runs the relay until a signal or a fault that only a person can mend.
func runRelay(_ settings: RelaySettings, _ operations: OperationsSettings) throws {
  let logger = Logger(label: "bongsu.relay", level: operations.logLevel)
  let registry = MetricsRegistry()
  let daemon = Daemon(
    name: "relay", version: bongsuVersion, listen: operations.listen, metrics: registry, logger: logger)
  let relay = RelayRole(settings, registry: registry, logger: logger)
  let status = daemon.run([RelayService(role: relay, stopDeadline: settings.stopDeadline)])
  if status != 0 { throw ExitStatus(status) }
}

/// The relay as a part of a daemon.
private struct RelayService: Service {
  let role: RelayRole
  let stopDeadline: Duration
  let name = "relay"

  func start() { role.start() }
  func stop(within deadline: Duration) { role.stop(within: deadline) }
  var failed: WakeSignal { role.failed }
  var failure: String? { role.failure?.description }

  var healthProblems: [String: String] {
    Dictionary(uniqueKeysWithValues: role.hangingSources.map { ($0, "has made no progress for three minutes") })
  }

  /// A standby is not at work, but it is ready to be.
  var readinessProblems: [String: String] {
    role.sourceStates.filter { $0.value.kind != .streaming && $0.value.kind != .standby }
      .mapValues { "\($0.kind.rawValue): \($0.reason)" }
      .merging(role.sourceWarnings) { "\($0); \($1)" }
  }
}
