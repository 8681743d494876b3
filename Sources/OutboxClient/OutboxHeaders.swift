/// Which headers an event may have, by the same rules as `outbox.enqueue`; and their JSON.
enum OutboxHeaders {
  /// Those that the relay writes. A test holds them against the migration's.
  static let reserved: Set = ["id", "type", "aggregatetype", "lsn", "ordinal", "committed_at"]
  static let reservedPrefix = "bongsu-"

  static func merged(
    _ headers: [String: String], _ trace: OutboxTraceContext?
  ) throws(OutboxError) -> [String: String] {
    for (name, value) in headers { try check(name, value) }
    guard let trace else { return headers }
    for name in ["traceparent", "tracestate"] where headers[name] != nil {
      throw OutboxError(.invalidHeaderName, "the header \(name) is given twice: by name and as the trace context")
    }
    var all = headers
    all["traceparent"] = trace.traceparent
    all["tracestate"] = trace.tracestate
    return all
  }

  private static func check(_ name: String, _ value: String) throws(OutboxError) {
    if name.isEmpty { throw OutboxError(.invalidHeaderName, "a header's name is empty") }
    if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      throw OutboxError(.invalidHeaderName, "the header name \(name.debugDescription) holds control characters")
    }
    if reserved.contains(name) || name.utf8.starts(with: reservedPrefix.utf8) {
      throw OutboxError(
        .invalidHeaderName, "the header name \(name.debugDescription) is reserved for the relay: choose another")
    }
    if value.utf8.contains(0) {
      throw OutboxError(.zeroCharacter, "the header \(name.debugDescription) holds the character U+0000")
    }
  }

  /// An object of strings, in the order of the names; nil for no headers.
  static func json(_ headers: [String: String]) -> String? {
    if headers.isEmpty { return nil }
    let members = headers.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
    return "{\(members.joined(separator: ","))}"
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case ..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
