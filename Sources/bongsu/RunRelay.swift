import Arguments
import HTTPServer
import Operations
import Relay
import Runtime
import Telemetry

/// Runs the relay until a signal or a fault that only a person can mend.
func runRelay(_ settings: RelaySettings, listen: ListenAddress) throws {
  let signals = StopSignals()
  let logger = Logger(label: "bongsu.relay")
  let registry = MetricsRegistry()
  let relay = RelayRole(settings, registry: registry, logger: logger)
  let operations = try OperationsServer(
    listen, metrics: registry, health: { relay.failure.map { ["relay": $0.description] } ?? [:] },
    readiness: { notStreaming(relay.sourceStates).merging(relay.sourceWarnings) { "\($0); \($1)" } })
  logger.info("listening", ["host": listen.host, "port": "\(operations.port)"])
  relay.start()
  _ = Poll.wait([signals.fileDescriptor, relay.failed.fileDescriptor], timeoutMilliseconds: -1)
  relay.stop()
  operations.stop()
  guard let failure = relay.failure else { return logger.info("stopped") }
  logger.error("stopped", ["reason": failure.description])
  throw ExitStatus(1)
}

/// A standby is not at work, but it is ready to be.
private func notStreaming(_ states: [String: SourceState]) -> [String: String] {
  states.filter { $0.value.kind != .streaming && $0.value.kind != .standby }
    .mapValues { "\($0.kind.rawValue): \($0.reason)" }
}
