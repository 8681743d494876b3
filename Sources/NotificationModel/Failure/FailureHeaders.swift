/// The headers that Bongsu adds to records beside those of their writers, and which the relay takes off a row's own.
public enum RecordHeader {
  /// The event's id, as the relay writes it.
  public static let eventID = "id"
  public static let schema = "schema"
  /// W3C trace context, carried along as it came.
  public static let traceParent = "traceparent"
  public static let traceState = "tracestate"
  /// When the relay's transaction was committed.
  public static let committedAt = "committed_at"

  /// All that begin so are Bongsu's.
  public static let prefix = "bongsu-"
  /// Milliseconds since 1970: when the event was written first.
  public static let eventTime = "bongsu-event-time"
  /// Which attempt failed, or is to be made; 1 is the first.
  public static let attempt = "bongsu-attempt"
  /// How often an operator has had it sent anew.
  public static let replay = "bongsu-replay"
  /// `topic/partition/offset` of the record that failed.
  public static let origin = "bongsu-origin"
  /// Of a pointer: the schema of the record that it stands for.
  public static let originalSchema = "bongsu-schema"
  /// How many of the attempts were never made, as the delivery fell out of the hours in which it may be sent.
  public static let uncounted = "bongsu-uncounted"
  /// Milliseconds since 1970.
  public static let notBefore = "bongsu-not-before"
  public static let errorClass = "bongsu-error-class"
  public static let errorCode = "bongsu-error-code"
  /// For people: names members and limits, never contents.
  public static let errorDetail = "bongsu-error-detail"
  /// AMBIGUOUS where a delivery may have arrived: sent again, it may come twice.
  public static let state = "bongsu-state"
  /// Milliseconds since 1970: when a record that was produced again came first, as its deliveries' age counts from then.
  public static let arrived = "bongsu-arrived"
  /// Milliseconds since 1970: when the sweeper produced the event again.
  public static let swept = "bongsu-swept"
  /// Seconds that the other side asked for.
  public static let retryAfter = "bongsu-retry-after"
  /// Of an event: the recipients by index, with commas between, that are still to be routed; all others were.
  public static let recipients = "bongsu-recipients"
}

/// What is to become of a dead letter.
public enum ErrorClass: String, Sendable, Codable, CaseIterable {
  /// May succeed later: the retry ladder.
  case retriable = "RETRIABLE"
  /// Never succeeds as it is: parked for a person.
  case permanent = "PERMANENT"
  /// Fell out of the hours in which it may be sent: deferred or ended.
  case window = "WINDOW"
}
