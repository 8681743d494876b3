/// What stands on `notification.parked` for a record that Kafka does not take there: where it is and by what it can be
/// chosen, and no more of it.
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
  /// Nil where the value could not be read.
  public var facts: RecordFacts?

  /// The schema of the record.
  public var originalSchema: String
  /// What the failure's headers say that the record at its origin may not: see `carried`.
  public var notes: [(name: String, text: String)]

  /// A replay goes to those for whom an event is open, under a number above the failure's.
  public static let carried: Set = [RecordHeader.replay, RecordHeader.recipients]

  /// - Parameters:
  ///   - value: the record's, of which its size and `facts` are kept.
  ///   - notes: of these only what is in `carried` is taken.
  public init(
    origin: String, id: String, code: String, value: [UInt8]?, originalSchema: String,
    notes: [(name: String, text: String)] = []
  ) {
    (self.origin, self.id, self.code) = (origin, id, code)
    (bytes, facts) = (value?.count ?? 0, value.flatMap { RecordFacts($0) })
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
  public var value: [UInt8] {
    var writer = JSONWriter()
    writer.object { json in
      json.member("origin", origin)
      json.member("bytes", bytes)
      facts?.write(to: &json)
    }
    return writer.bytes
  }
}
