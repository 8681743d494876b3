import Arguments
import Operations
import Telemetry

/// Runs one role as a daemon, until a signal or a fault that only a person can mend; throws the exit status then.
func runDaemon(
  _ name: String, _ operations: OperationsSettings, _ makeService: (MetricsRegistry, Logger) -> any Service
) throws {
  let logger = Logger(label: "bongsu.\(name)", level: operations.logLevel)
  let registry = MetricsRegistry()
  let daemon = Daemon(
    name: name, version: bongsuVersion, listen: operations.listen, metrics: registry, logger: logger)
  let status = daemon.run([makeService(registry, logger)])
  if status != 0 { throw ExitStatus(status) }
}
