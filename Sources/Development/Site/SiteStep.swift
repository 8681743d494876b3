public import Operations
public import Runtime

/// A step of a site's start as a service: it has nothing to stop but what `stopping` says.
public final class SiteStep: Service {
  public let name: String
  public let failed = WakeSignal()
  public let failure: String? = nil
  private let starting: @Sendable () throws -> Void
  private let stopping: @Sendable () throws -> Void

  public init(
    _ name: String, start: @escaping @Sendable () throws -> Void, stop: @escaping @Sendable () throws -> Void = {}
  ) {
    (self.name, starting, stopping) = (name, start, stop)
  }

  public func start() throws { try starting() }
  public func stop(within deadline: Duration) throws { try stopping() }
}
