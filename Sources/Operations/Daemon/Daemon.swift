import Glibc
public import HTTPServer
import Runtime
import Synchronization
public import Telemetry

/// What every role's process shares: signals, `/metrics`, `/healthz` and `/readyz` from first to last, services
/// started in order and stopped in reverse, and the exit status.
///
/// SIGTERM and SIGINT stop it in order, a second one ends it at once with 128 + the signal's number. SIGHUP does
/// nothing: settings are read at start. SIGPIPE does nothing either: who reads a log may go, the daemon stays.
public final class Daemon: Sendable {
  private let name: String
  private let listen: ListenAddress
  private let metrics: MetricsRegistry
  private let logger: Logger
  private let signals: SignalSource
  private let leave: @Sendable (Int32) -> Void
  private let phase = Mutex(DaemonLife.Phase.starting(0))
  /// What a stop may take beyond the service's deadline before the daemon goes on without it.
  let grace: Duration

  /// Make it before anything that starts a thread: threads inherit which signals are blocked.
  /// - Parameters:
  ///   - name: the role, as `relay`.
  ///   - listen: where `/metrics`, `/healthz` and `/readyz` answer.
  public convenience init(
    name: String, version: String, listen: ListenAddress, metrics: MetricsRegistry, logger: Logger
  ) {
    signal(SIGHUP, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    ProcessMetrics.register(metrics, version: version)
    self.init(
      name: name, listen: listen, metrics: metrics, logger: logger, signals: SignalSource(StopSignals()),
      leave: { _exit($0) })
  }

  init(
    name: String, listen: ListenAddress, metrics: MetricsRegistry, logger: Logger, signals: SignalSource,
    grace: Duration = .seconds(5), leave: @escaping @Sendable (Int32) -> Void
  ) {
    (self.name, self.listen, self.metrics, self.logger) = (name, listen, metrics, logger)
    (self.signals, self.grace, self.leave) = (signals, grace, leave)
  }

  /// Runs until a signal or a failure, and stops what it started.
  /// - Returns: the exit status: 0 after an ordered stop, 1 after a failure, which the log's last line names.
  public func run(_ services: [any Service]) -> Int32 {
    do throws(HTTPServerError) {
      let server = try OperationsServer(
        listen, metrics: metrics, health: { Self.health(services) }, readiness: { self.readiness(services) },
        impairments: { services.reduce(into: [:]) { $0.merge($1.impairments) { $1 } } })
      defer { server.stop() }
      logger.info("listening", ["role": name, "host": listen.host, "port": "\(server.port)"])
      var shell = DaemonLoop(services, signals: signals, grace: grace, logger: logger)
      let (status, isOver) = shell.run { phase in self.phase.withLock { $0 = phase } }
      say(status, shell.reason)
      if !isOver { leave(status) }
      return status
    } catch {
      say(1, error.description)
      return 1
    }
  }

  private func say(_ status: Int32, _ reason: String?) {
    if status == 0 { return logger.info("stopped") }
    logger.error("stopped", ["status": "\(status)", "reason": reason ?? "a second signal"])
  }

  private static func health(_ services: [any Service]) -> [String: String] {
    services.reduce(into: [:]) { all, service in
      all.merge(service.healthProblems) { $1 }
      if let failure = service.failure { all[service.name] = failure }
    }
  }

  private func readiness(_ services: [any Service]) -> [String: String] {
    let problems = services.reduce(into: [:]) { $0.merge($1.readinessProblems) { $1 } }
    switch phase.withLock({ $0 }) {
    case .starting: return problems.merging([name: "starting"]) { $1 }
    case .running: return problems
    case .stopping, .ended: return problems.merging([name: "stopping"]) { $1 }
    }
  }
}

/// Where stop signals come from; tests have their own.
struct SignalSource: Sendable {
  let fileDescriptor: Int32
  /// One signal, nil when none waits.
  let take: @Sendable () -> Int32?

  init(fileDescriptor: Int32, take: @escaping @Sendable () -> Int32?) {
    (self.fileDescriptor, self.take) = (fileDescriptor, take)
  }

  init(_ signals: StopSignals) { self.init(fileDescriptor: signals.fileDescriptor) { signals.take() } }
}
