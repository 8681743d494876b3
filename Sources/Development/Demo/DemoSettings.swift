/// What a demo does to a site.
public struct DemoSettings: Sendable, Equatable {
  /// Transactions of the order service.
  public var orders = 12_000
  /// A second.
  public var rate = 200.0
  /// How many of them are rolled back, of 0…1.
  public var rollbackShare = 0.1
  /// How long FCM takes nothing, in the middle of the load; zero is not at all.
  public var outage: Duration = .seconds(20)
  /// How many of a hundred answers of APNs fail, where there is a role that tries again.
  public var failingPercent = 5
  /// How long the rest may take to arrive once the last order is placed.
  public var drainLimit: Duration = .seconds(180)

  public init() {}
}

/// The orders of a demo: who places which, and which are taken back. The same in each run.
struct OrderPlan: Sendable {
  let settings: DemoSettings
  let people: Int

  /// Who opts out of pushes in the middle, and places more orders than others: reads English and has a phone of each kind.
  static let optingOut = 3
  /// Of every forty orders theirs.
  static let regular = 7

  func person(_ order: Int) -> SamplePerson {
    if order % 40 == Self.regular { return SamplePerson(min(Self.optingOut, people)) }
    // Any step that has no divisor in common with their number reaches all of them.
    return SamplePerson(order * 7_919 % people + 1)
  }

  func template(_ order: Int) -> String { ["order.placed", "order.shipped", "order.delivered"][order % 3] }

  /// Spread evenly.
  func isRolledBack(_ order: Int) -> Bool {
    Int(Double(order + 1) * settings.rollbackShare) > Int(Double(order) * settings.rollbackShare)
  }

  /// When an order is due, from the start of the load.
  func due(_ order: Int) -> Duration { .seconds(Double(order) / settings.rate) }

}
