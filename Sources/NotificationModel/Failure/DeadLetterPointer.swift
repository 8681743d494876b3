/// What stands on `notification.parked` for a record that Kafka does not take there: where it is, and no more of it.
public struct DeadLetterPointer: Sendable, Equatable {
  public static let schema = "dead-letter-pointer.v1"

  /// `topic/partition/offset` of the record.
  public var origin: String
  /// The event's or delivery's id, where it is known.
  public var id: String
  /// Why Kafka did not take it.
  public var code: String
  /// Bytes of the record's value.
  public var bytes: Int

  public init(origin: String, id: String, code: String, bytes: Int) {
    (self.origin, self.id, self.code, self.bytes) = (origin, id, code, bytes)
  }

  public var headers: [(name: String, text: String)] {
    [
      (RecordHeader.schema, Self.schema), (RecordHeader.eventID, id), (RecordHeader.origin, origin),
      (RecordHeader.errorClass, ErrorClass.permanent.rawValue), (RecordHeader.errorCode, code),
    ]
  }

  /// JSON.
  public var value: String { #"{"origin":"\#(origin)","bytes":\#(bytes)}"# }
}
