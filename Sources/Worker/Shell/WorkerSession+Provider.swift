import NotificationModel
import Runtime
import Telemetry

/// What a provider tells of itself.
struct ProviderView {
  /// Those that take nothing at present.
  fileprivate var away: Set<String> = []
  fileprivate var shownAt: Int64?

  fileprivate static let interval: Int64 = 1_000_000_000

  fileprivate mutating func isDue(_ now: Int64) -> Bool {
    if let shownAt, now - shownAt < Self.interval { return false }
    shownAt = now
    return true
  }
}

extension WorkerSession {
  /// Once a second, as it costs more than it tells in each turn.
  func showProvider(_ now: Int64) {
    guard view.isDue(now) else { return }
    if let load = provider.load { metrics.show(load) }
    for way in provider.ways {
      metrics.show(way)
      tell(way)
    }
  }

  /// Once for each change.
  private func tell(_ way: ProviderWay) {
    if let failure = way.failure {
      guard view.away.insert(way.name).inserted else { return }
      let fields: Logger.Metadata = ["provider": provider.name, "vendor": way.name, "code": failure]
      logger.warning("a vendor takes nothing at present, others are asked in its place", fields)
    } else if view.away.remove(way.name) != nil {
      logger.notice("a vendor takes messages again", ["provider": provider.name, "vendor": way.name])
    }
  }
}
