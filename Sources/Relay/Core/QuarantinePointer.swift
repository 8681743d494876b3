import PGOutput
import Signing

/// What stands in `notification.parked` for a row that Kafka refused: enough to find the row and to know it again,
/// and nothing of what it says.
struct QuarantinePointer {
  var source: String
  var id: String
  /// As PostgreSQL prints it; nil when the table has no such column.
  var createdAt: String?
  var topic: String
  var reason: String
  var commit: LSN
  var ordinal: Int
  var bytes: Int
  var sha256: String

  static let schema = "relay.pointer.v1"

  /// The record's value, a JSON object.
  func encoded() -> [UInt8] {
    var out: [UInt8] = []
    append("source", source, first: true, &out)
    append("id", id, &out)
    if let createdAt { append("created_at", createdAt, &out) }
    append("topic", topic, &out)
    append("reason", reason, &out)
    append("lsn", commit.description, &out)
    append("sha256", sha256, &out)
    out += Array(",\"ordinal\":\(ordinal),\"bytes\":\(bytes)}".utf8)
    return out
  }

  private func append(_ name: String, _ value: String, first: Bool = false, _ out: inout [UInt8]) {
    out.append(UInt8(ascii: first ? "{" : ","))
    JSONString.append(name, to: &out)
    out.append(UInt8(ascii: ":"))
    JSONString.append(value, to: &out)
  }
}

/// Many quarantines in a minute are no coincidence of bad rows but a fault of configuration.
struct QuarantineBudget {
  static let perMinute = 100
  private var windowStart: Int64 = 0
  private var count = 0

  /// Counts one at `now` (monotonic nanoseconds); false when it is one too many.
  mutating func take(now: Int64) -> Bool {
    if now - windowStart >= 60_000_000_000 {
      windowStart = now
      count = 0
    }
    count += 1
    return count <= Self.perMinute
  }
}
