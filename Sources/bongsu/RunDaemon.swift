import Arguments
import Operations
import Telemetry

/// Runs one role as a daemon, until a signal or a fault that only a person can mend; throws the exit status then.
func runDaemon(
  _ name: String, _ operations: OperationsSettings, _ makeService: (MetricsRegistry, Logger) -> any Service
) throws {
  try runDaemon(name, operations) { [makeService($0, $1)] }
}

/// The same with several services, which start in order and stop in reverse.
func runDaemon(
  _ name: String, _ operations: OperationsSettings, _ makeServices: (MetricsRegistry, Logger) throws -> [any Service]
) throws {
  let logger = Logger(label: "bongsu.\(name)", level: operations.logLevel)
  let registry = MetricsRegistry()
  let daemon = Daemon(
    name: name, version: bongsuVersion, listen: operations.listen, metrics: registry, logger: logger)
  let status = daemon.run(try makeServices(registry, logger))
  if status != 0 { throw ExitStatus(status) }
}
