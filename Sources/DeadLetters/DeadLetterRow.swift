import Foundation
public import Kafka
import NotificationModel
public import Postgres

/// One dead letter as it lies in the database.
public struct DeadLetterRow: Sendable, Equatable {
  public var id: Int64
  /// The topic from which it was taken into the database.
  public var parkedTopic: String
  /// `topic/partition/offset`
  public var origin: String?
  public var errorClass: String
  public var errorCode: String?
  /// Of what was parked; a replay is the next.
  public var replay: Int
  public var key: [UInt8]?
  /// Nil once purged, and for a record that had none.
  public var value: [UInt8]?
  public var headers: [SourceRecord.Header]

  /// Of `notification.dead_letter` under the name `d`.
  public static let columns =
    "d.dead_letter_id, d.topic, d.origin, d.error_class, d.error_code, d.replay, d.record_key, d.value, d.headers"

  public init(
    id: Int64, parkedTopic: String = "notification.parked", origin: String?, errorClass: String, errorCode: String?,
    replay: Int = 0, key: [UInt8]?, value: [UInt8]?, headers: [SourceRecord.Header]
  ) {
    (self.id, self.parkedTopic, self.origin, self.replay) = (id, parkedTopic, origin, replay)
    (self.errorClass, self.errorCode) = (errorClass, errorCode)
    (self.key, self.value, self.headers) = (key, value, headers)
  }

  /// - Parameter row: of a result with `columns`.
  public init(_ result: QueryResult, _ row: Int) {
    self.init(
      id: result[row, 0].flatMap { Int64($0) } ?? 0, parkedTopic: result[row, 1] ?? "", origin: result[row, 2],
      errorClass: result[row, 3] ?? "", errorCode: result[row, 4], replay: result[row, 5].flatMap { Int($0) } ?? 0,
      key: result[row, 6].flatMap(ByteaText.bytes), value: result[row, 7].flatMap(ByteaText.bytes),
      headers: Self.headers(result[row, 8] ?? "{}"))
  }

  /// The last header of the name.
  public func header(_ name: String) -> String? {
    headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
  }

  public var schema: String? { header(RecordHeader.schema) }

  /// Before the names of all topics of whoever parked it.
  var topicPrefix: String { parkedTopic.hasSuffix("parked") ? String(parkedTopic.dropLast(6)) : "notification." }

  /// An object of names and texts, null for a header without a value, `{"base64": …}` for one that is no text; of a name
  /// that was there several times a list of them.
  static func headers(_ json: String) -> [SourceRecord.Header] {
    guard case .object(let members)? = try? JSONParser.parse(Array(json.utf8)) else { return [] }
    return members.sorted { $0.key < $1.key }.flatMap { name, value -> [SourceRecord.Header] in
      if case .list(let values) = value { return values.map { SourceRecord.Header(name, bytes($0)) } }
      return [SourceRecord.Header(name, bytes(value))]
    }
  }

  private static func bytes(_ value: JSONValue) -> [UInt8]? {
    switch value {
    case .text(let text), .number(let text): Array(text.utf8)
    case .object(let members):
      if case .text(let text)? = members["base64"] { Data(base64Encoded: text).map { Array($0) } } else { nil }
    default: nil
    }
  }
}

/// PostgreSQL's text of a bytea, as `\x48656c6c6f`.
enum ByteaText {
  static func bytes(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]), digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2 - 1)
    for index in stride(from: 2, to: digits.count, by: 2) {
      guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
