public import Operations
public import Runtime

/// A service whose start tells the person at the terminal why it failed.
public struct ToldService: Service {
  private let service: any Service
  private let say: @Sendable (String) -> Void

  public init(_ service: any Service, say: @escaping @Sendable (String) -> Void) {
    (self.service, self.say) = (service, say)
  }

  public func start() throws {
    do {
      try service.start()
    } catch {
      say("\(name) did not start: \(error)")
      throw error
    }
  }

  public func stop(within deadline: Duration) throws { try service.stop(within: deadline) }
  public var name: String { service.name }
  public var stopDeadline: Duration { service.stopDeadline }
  public var failed: WakeSignal { service.failed }
  public var failure: String? { service.failure }
  public var healthProblems: [String: String] { service.healthProblems }
  public var readinessProblems: [String: String] { service.readinessProblems }
  public var impairments: [String: String] { service.impairments }
}
