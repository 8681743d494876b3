public import Runtime

/// A role of threads of its own: what a daemon has to know of it.
public protocol DaemonRole: Sendable {
  func start()
  func stop(within deadline: Duration) throws
  /// Readable once it cannot go on; `failure` says why.
  var failed: WakeSignal { get }
  var failure: String? { get }
  /// It has made no turn for minutes: the process should be started again.
  var hangs: Bool { get }
  /// By thread.
  var states: [String: RoleState] { get }
  /// As of `Service`.
  var impairments: [String: String] { get }
}

extension DaemonRole {
  public var impairments: [String: String] { [:] }
}

/// A role as a part of a daemon.
public struct RoleService: Service {
  public let name: String
  public let stopDeadline: Duration
  private let role: any DaemonRole

  public init(_ name: String, _ role: any DaemonRole, stopDeadline: Duration) {
    (self.name, self.role, self.stopDeadline) = (name, role, stopDeadline)
  }

  public func start() { role.start() }
  public func stop(within deadline: Duration) throws { try role.stop(within: deadline) }
  public var failed: WakeSignal { role.failed }
  public var failure: String? { role.failure }
  public var healthProblems: [String: String] { role.hangs ? [name: "has made no progress for three minutes"] : [:] }
  public var impairments: [String: String] { role.impairments }
  public var readinessProblems: [String: String] { role.states.compactMapValues(\.problem) }
}
