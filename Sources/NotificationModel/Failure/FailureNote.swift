/// What is noted on a record that failed, in headers beside its own: key, value and its own headers stay byte for byte.
public struct FailureNote: Sendable, Equatable {
  public var errorClass: ErrorClass
  public var code: String
  /// For people; names members and limits, never contents. At most 1,000 characters are noted.
  public var detail: String
  /// `topic/partition/offset` of the record.
  public var origin: String
  /// Which attempt failed; 1 is the first.
  public var attempt: Int
  /// When the event was written first, where that can be read.
  public var eventTime: UnixTime?
  /// Seconds that the other side asked for.
  public var retryAfter: Int?
  /// It may have arrived, and is not sent again by itself.
  public var isAmbiguous = false
  /// Of an event: recipients by index for whom it is to be tried again; nil: all.
  public var open: [Int]?

  public init(_ errorClass: ErrorClass, code: String, detail: String, origin: String, attempt: Int = 1) {
    (self.errorClass, self.code, self.detail, self.origin) = (errorClass, code, detail, origin)
    self.attempt = max(1, attempt)
  }

  /// Whether a header of the record stays: those of an earlier failure are replaced.
  public static func keeps(_ name: String) -> Bool {
    !name.hasPrefix(RecordHeader.prefix) || kept.contains(name)
  }

  private static let kept: Set = [
    RecordHeader.replay, RecordHeader.eventTime, RecordHeader.uncounted, RecordHeader.arrived, RecordHeader.swept,
  ]

  /// The headers to add.
  /// - Parameter hasEventTime: whether the record has that header already.
  public func headers(hasEventTime: Bool) -> [(name: String, text: String)] {
    var headers: [(String, String)] = []
    if !hasEventTime, let eventTime { headers.append((RecordHeader.eventTime, "\(eventTime.milliseconds)")) }
    headers += [
      (RecordHeader.attempt, "\(attempt)"), (RecordHeader.origin, origin),
      (RecordHeader.errorClass, errorClass.rawValue), (RecordHeader.errorCode, code),
      (RecordHeader.errorDetail, String(detail.prefix(1_000))),
    ]
    if let retryAfter { headers.append((RecordHeader.retryAfter, "\(retryAfter)")) }
    if isAmbiguous { headers.append((RecordHeader.state, DeliveryState.ambiguous.rawValue)) }
    if let open { headers.append((RecordHeader.recipients, open.map(String.init).joined(separator: ","))) }
    return headers
  }
}
