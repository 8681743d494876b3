import Configuration
public import NotificationModel

/// A moment as people give it to a command: RFC 3339, or how long ago it was, as `24h` or `-30s`.
public enum MomentText {
  /// - Parameter option: how the error names it, as `--since`.
  public static func parse(_ text: String, option: String, now: UnixTime) throws(AdministrationError) -> UnixTime {
    if let time = Timestamp(text) { return time.time }
    let age = text.hasPrefix("-") ? String(text.dropFirst()) : text
    guard let duration = DurationText.parse(age), duration <= .seconds(3_650 * 86_400) else {
      throw AdministrationError(
        .invalidArgument, "\(option) takes a time such as 2026-11-24T08:00:00+09:00, or how long ago, as 24h or 30s")
    }
    return UnixTime(milliseconds: now.milliseconds - Int64(duration / .milliseconds(1)))
  }
}
