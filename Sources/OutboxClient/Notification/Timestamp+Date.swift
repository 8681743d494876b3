public import FoundationEssentials
public import NotificationModel

extension Timestamp {
  /// To the millisecond.
  public init(_ date: Date) { self.init(UnixTime(date)) }
}

extension UnixTime {
  init(_ date: Date) { self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded(.down))) }
}
