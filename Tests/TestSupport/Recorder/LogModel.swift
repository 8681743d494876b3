import Foundation
public import NotificationModel
import Postgres

/// What the log must hold, worked out of all statuses at once and in a plain way.
public enum LogModel {
  /// A line for each delivery, as `lines` reads them from the database.
  public static func deliveries(_ statuses: [DeliveryStatus]) -> [String] {
    Dictionary(grouping: statuses, by: \.deliveryID).values.map { all in
      func order(_ one: DeliveryStatus, _ other: DeliveryStatus) -> Bool {
        let left = place(one)
        return left.lexicographicallyPrecedes(place(other))
      }
      let last = all.max(by: order)!
      func first(_ states: Set<DeliveryState>) -> String {
        all.filter { states.contains($0.state) && $0.receipt == nil }.map(\.time.milliseconds).min().map(String.init)
          ?? "-"
      }
      return [
        last.deliveryID, last.eventID, last.user.map { "\($0)" } ?? "-", last.channel.rawValue, last.target,
        last.state.rawValue, "\(last.replay)", "\(last.attempt)", last.reason ?? "-", last.providerID ?? "-",
        "\(last.eventTime.milliseconds)", first([.pending]), first([.processing]),
        first([.suppressed, .fail, .success]), "\(last.time.milliseconds)",
        last.receipt?.rawValue ?? "-", last.receiptCode ?? "-",
      ].joined(separator: "|")
    }.sorted()
  }

  private static func place(_ one: DeliveryStatus) -> [Int] {
    [one.replay, one.attempt, one.state.rank, one.receipt?.rank ?? 0, Int(one.time.milliseconds)]
  }

  /// A line for each step that is kept.
  public static func steps(_ statuses: [DeliveryStatus]) -> [String] {
    let kept = statuses.filter { [.suppressed, .deferred, .retrying, .ambiguous, .fail].contains($0.state) }
    let byStep = Dictionary(grouping: kept) { "\($0.deliveryID)|\($0.replay)|\($0.attempt)|\($0.state.rawValue)" }
    return byStep.map { key, all in
      let first = all.min { $0.time < $1.time }!
      return "\(key)|\(first.reason ?? "-")|\(first.time.milliseconds)"
    }.sorted()
  }

  /// A line for each part of an event.
  public static func routed(_ statuses: [RoutedStatus]) -> [String] {
    Dictionary(grouping: statuses) { "\($0.eventID)|\($0.replay)|\($0.part ?? "")" }.map { key, all in
      let last = all.max { $0.time < $1.time }!
      return "\(key)|\(last.deliveries)|\(last.suppressions)|\(last.deferrals)|\(last.origin ?? "-")"
    }.sorted()
  }

  private static func time(_ name: String) -> String {
    "coalesce(round(extract(epoch FROM \(name)) * 1000)::bigint::text, '-')"
  }

  /// The same of the database.
  public static func deliveries(in database: TestDatabase) throws -> [String] {
    let columns =
      ["delivery_id::text", "event_id::text", "coalesce(user_id::text, '-')", "channel", "target", "state"]
      + ["replay::text", "attempt::text", "coalesce(reason, '-')", "coalesce(provider_id, '-')"]
      + ["event_time", "pending_at", "processing_at", "finished_at", "updated_at"].map(time)
      + ["coalesce(receipt::text, '-')", "coalesce(receipt_code, '-')"]
    return try lines(columns, of: "delivery", in: database)
  }

  public static func steps(in database: TestDatabase) throws -> [String] {
    let columns = ["delivery_id::text", "replay::text", "attempt::text", "state", "coalesce(reason, '-')"]
    return try lines(columns + [time("happened_at")], of: "delivery_event", in: database)
  }

  public static func routed(in database: TestDatabase) throws -> [String] {
    let columns = ["event_id::text", "replay::text", "part", "deliveries::text", "suppressions::text"]
    return try lines(columns + ["deferrals::text", "coalesce(origin, '-')"], of: "routed_event", in: database)
  }

  private static func lines(_ columns: [String], of table: String, in database: TestDatabase) throws -> [String] {
    try database.connect().execute(
      "SELECT \(columns.joined(separator: " || '|' || ")) FROM notification.\(table)"
    ).column.sorted()
  }
}
