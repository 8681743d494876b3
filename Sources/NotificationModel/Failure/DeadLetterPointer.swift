/// What stands on `notification.parked` for a record that Kafka does not take there: where it is, and no more of it.
public struct DeadLetterPointer: Sendable {
  public static let schema = "dead-letter-pointer.v1"

  /// `topic/partition/offset` of the record.
  public var origin: String
  /// The event's or delivery's id, where it is known.
  public var id: String
  /// Why Kafka did not take it.
  public var code: String
  /// Bytes of the record's value.
  public var bytes: Int

  /// The schema of the record.
  public var originalSchema: String
  /// What the failure's headers say that the record at its origin may not: see `carried`.
  public var notes: [(name: String, text: String)]

  /// A replay goes to those for whom an event is open, under a number above the failure's.
  public static let carried: Set = [RecordHeader.replay, RecordHeader.recipients]

  /// - Parameter notes: of these only what is in `carried` is taken.
  public init(
    origin: String, id: String, code: String, bytes: Int, originalSchema: String,
    notes: [(name: String, text: String)] = []
  ) {
    (self.origin, self.id, self.code, self.bytes) = (origin, id, code, bytes)
    self.originalSchema = originalSchema
    self.notes = notes.filter { Self.carried.contains($0.name) }
  }

  /// Whether it stands for a delivery, by its headers: pointers of before `bongsu-schema` are told by their origin's topic.
  public static func isDelivery(originalSchema: String?, origin: String?) -> Bool {
    if let originalSchema { return originalSchema == Delivery.schema }
    guard let topic = origin?.split(separator: "/").first else { return false }
    return DeliveryChannel.allCases.contains { topic.hasSuffix(".\($0.rawValue)") || topic == $0.rawValue }
  }

  public var headers: [(name: String, text: String)] {
    [
      (RecordHeader.schema, Self.schema), (RecordHeader.eventID, id), (RecordHeader.origin, origin),
      (RecordHeader.errorClass, ErrorClass.permanent.rawValue), (RecordHeader.errorCode, code),
      (RecordHeader.originalSchema, originalSchema),
    ] + notes
  }

  /// JSON.
  public var value: String { #"{"origin":"\#(origin)","bytes":\#(bytes)}"# }
}
