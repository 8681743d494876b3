/// A W3C trace context, which travels as the headers `traceparent` and `tracestate`.
public struct OutboxTraceContext: Hashable, Sendable {
  public let traceparent: String
  public let tracestate: String?

  /// Nil when `traceparent` is missing or not of the W3C's form: a broken trace is no reason to refuse an event, so the answer can
  /// be given to `OutboxEvent` as it is. A `tracestate` with control characters is left out.
  public init?(traceparent: String?, tracestate: String? = nil) {
    guard let traceparent else { return nil }
    let fields = traceparent.split(separator: "-", omittingEmptySubsequences: false)
    guard fields.count >= 4, fields[0] != "ff", fields[0] != "00" || fields.count == 4,
      zip(fields, [2, 32, 16, 2]).allSatisfy({ Self.isHex($0, digits: $1) }),
      !fields[1].allSatisfy({ $0 == "0" }), !fields[2].allSatisfy({ $0 == "0" }),
      traceparent.utf8.allSatisfy(Self.isPrintable)
    else { return nil }
    self.traceparent = traceparent
    self.tracestate = tracestate.flatMap { !$0.isEmpty && $0.utf8.allSatisfy(Self.isPrintable) ? $0 : nil }
  }

  private static func isHex(_ field: Substring, digits: Int) -> Bool {
    field.utf8.count == digits
      && field.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }
}
