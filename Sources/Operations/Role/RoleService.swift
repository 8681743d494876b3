public import Runtime

/// A role of threads of its own: what a daemon has to know of it.
public protocol DaemonRole: Sendable {
  func start()
  func stop(within deadline: Duration) throws
  /// Readable once it cannot go on; `failure` says why.
  var failed: WakeSignal { get }
  /// Those that do its work, by what `/readyz` calls them.
  var threads: [String: RoleThread] { get }
  /// As of `Service`.
  var impairments: [String: String] { get }
}

extension DaemonRole {
  /// Why it cannot go on; nil while it can.
  public var failure: String? { threads.sorted { $0.key < $1.key }.lazy.compactMap(\.value.failure).first }

  /// A thread has made no turn for minutes: the process should be started again.
  public var hangs: Bool { threads.values.contains(where: \.hangs) }

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
  public var readinessProblems: [String: String] { role.threads.compactMapValues(\.state.problem) }
}
