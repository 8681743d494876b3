import Foundation
public import Kafka
import NotificationModel

/// A row of `notification.dead_letter`: a record of `notification.parked`, and what its headers say of it.
public struct DeadLetterRow: Sendable {
  public let record: SourceRecord
  public let eventID, deliveryID, origin, errorCode: String?
  public let errorClass: String
  public let attempt, replay: Int
  /// Milliseconds since 1970.
  public let parkedAt: Int64

  /// - Parameter now: milliseconds since 1970, for a record without a time.
  public init(_ record: SourceRecord, now: Int64) {
    self.record = record
    let id = record.header(RecordHeader.eventID).flatMap(UUID.init(uuidString:))?.uuidString.lowercased()
    let isDelivery = Self.isDelivery(record)
    deliveryID = isDelivery ? id : nil
    eventID = isDelivery ? Self.event(of: record) : id
    origin = Self.text(record, RecordHeader.origin)
    // A relay's pointer has the code in the place of the class.
    let named = Self.text(record, RecordHeader.errorClass)
    let known = named.flatMap(ErrorClass.init(rawValue:))
    errorClass = (known ?? .permanent).rawValue
    errorCode = Self.text(record, RecordHeader.errorCode) ?? (known == nil ? named : nil)
    attempt = Self.count(record, RecordHeader.attempt)
    replay = Self.count(record, RecordHeader.replay)
    parkedAt = record.timestamp > 0 ? record.timestamp : now
  }

  /// A JSON object: a header's text by its name, a list where it is there several times, null for a null one, and
  /// `{"base64": …}` for bytes that are no text.
  public var headers: String {
    var members: [String: [JSONValue]] = [:]
    for header in record.headers { members[Self.clean(header.name), default: []].append(Self.json(header.value)) }
    let object = JSONValue.object(members.mapValues { $0.count == 1 ? $0[0] : .list($0) })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  private static func json(_ value: [UInt8]?) -> JSONValue {
    guard let value else { return .null }
    if let text = String(validating: value, as: UTF8.self), !value.contains(0) { return .text(text) }
    return .object(["base64": .text(Data(value).base64EncodedString())])
  }

  private static func clean(_ text: String) -> String { text.replacing("\0", with: "") }

  private static func text(_ record: SourceRecord, _ name: String) -> String? { record.header(name).map(clean) }

  private static func count(_ record: SourceRecord, _ name: String) -> Int {
    Int(min(max(0, record.number(name) ?? 0), Int64(Int32.max)))
  }

  /// A pointer's id is that of the record which it stands for.
  private static func isDelivery(_ record: SourceRecord) -> Bool {
    let schema = record.header(RecordHeader.schema)
    guard schema == DeadLetterPointer.schema else { return schema == Delivery.schema }
    return DeadLetterPointer.isDelivery(
      originalSchema: record.header(RecordHeader.originalSchema), origin: record.header(RecordHeader.origin))
  }

  /// A delivery names its event.
  private static func event(of record: SourceRecord) -> String? {
    guard let value = record.value, let json = try? JSONParser.parse(value), case .object(let members) = json,
      case .text(let id) = members["eventID"]
    else { return nil }
    return UUID(uuidString: id)?.uuidString.lowercased()
  }
}
