import Arguments
import Relay
import Runtime
import Telemetry

/// Runs the relay until a signal or a fault that only a person can mend.
func runRelay(_ settings: RelaySettings) throws {
  let signals = StopSignals()
  let logger = Logger(label: "bongsu.relay")
  let registry = MetricsRegistry()
  let relay = RelayRole(settings, registry: registry, logger: logger)
  relay.start()
  _ = Poll.wait([signals.fileDescriptor, relay.failed.fileDescriptor], timeoutMilliseconds: -1)
  relay.stop()
  guard let failure = relay.failure else { return logger.info("stopped") }
  logger.error("stopped", ["reason": failure.description])
  throw ExitStatus(1)
}
