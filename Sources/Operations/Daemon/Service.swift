public import Runtime

/// One part of a daemon, such as the relay. `Daemon` starts parts in order, watches them and stops them in reverse.
public protocol Service: Sendable {
  /// What logs and `/readyz` call it.
  var name: String { get }

  /// Begins the work and returns; what takes its time belongs on a thread of the service's own.
  /// - Throws: what only a person can mend. Nothing may run on then: a service whose start failed is not stopped.
  func start() throws

  /// Ends the work in order and returns when it is over; what is unfinished after `deadline` is left.
  /// - Throws: what still runs; the process then ends as after a failure.
  func stop(within deadline: Duration) throws

  /// How long a stop may take.
  var stopDeadline: Duration { get }

  /// Readable once the service cannot go on; `failure` says why by then.
  var failed: WakeSignal { get }

  /// Why it cannot go on and what a person should do, safe to log; nil while it can.
  var failure: String? { get }

  /// What no longer makes progress although it could, with the reason: `/healthz` asks to have the process restarted
  /// for it. That a thread lives proves nothing, and that a server is away is no reason to restart. Must not wait.
  var healthProblems: [String: String] { get }

  /// What is not at work just now, with the reason: `/readyz` tells it. Must not wait.
  var readinessProblems: [String: String] { get }

  /// What does not do its work although the service as a whole does, with the reason: `/readyz` tells it and says ready.
  /// Must not wait.
  var impairments: [String: String] { get }
}

extension Service {
  public var stopDeadline: Duration { .seconds(10) }
  public var healthProblems: [String: String] { [:] }
  public var readinessProblems: [String: String] { [:] }
  public var impairments: [String: String] { [:] }
}
