/// The Redis that holds the claims.
public struct ClaimServer: Sendable, Equatable {
  /// Changes when it was started anew, and perhaps without what it knew.
  public let runID: String
  /// Microseconds since 1970 by its clock, which leases go by; nil where it does not say.
  public let time: Int64?

  /// - Parameter info: of its command INFO. Nil where there is no run id in it.
  public init?(info: String) {
    func value(_ name: String) -> Substring? {
      info.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }?.dropFirst(name.utf8.count + 1)
    }
    guard let run = value("run_id") else { return nil }
    (runID, time) = (String(run), value("server_time_usec").flatMap { Int64($0) })
  }

  /// By how many seconds a clock is ahead of its.
  /// - Parameter microseconds: since 1970, of the moment in which it answered.
  public func skew(ofClockAt microseconds: Int64) -> Double? {
    time.map { Double(microseconds - $0) / 1_000_000 }
  }
}
