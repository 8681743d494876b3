import Operations
import Relay
import Runtime

/// The relay as a part of a daemon.
struct RelayService: Service {
  let role: RelayRole
  let stopDeadline: Duration
  let name = "relay"

  func start() { role.start() }
  func stop(within deadline: Duration) throws { try role.stop(within: deadline) }
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
