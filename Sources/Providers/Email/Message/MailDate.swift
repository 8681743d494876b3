import NotificationModel

/// RFC 5322's date, in UTC: `Tue, 24 Nov 2026 08:00:00 +0000`.
enum MailDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// - Parameter time: from 1970 on.
  static func text(_ time: UnixTime) -> String {
    let time = max(time, UnixTime(milliseconds: 0))
    let stamp = Timestamp(time).description
    let parts = stamp.split { "-T.".contains($0) }
    // 1970 began on a Thursday.
    let day = Int((time.milliseconds / 86_400_000) % 7)
    return "\(days[day]), \(parts[2]) \(months[Int(parts[1]).map { $0 - 1 } ?? 0]) \(parts[0]) \(parts[3]) +0000"
  }
}
