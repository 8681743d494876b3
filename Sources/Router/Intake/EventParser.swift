import Foundation
public import Kafka
import NotificationModel
public import Policy

/// Makes an event of a record, or says why it is none.
public struct EventParser {
  private let maxBytes: Int

  /// - Parameter maxBytes: larger ones are refused unread.
  public init(maxBytes: Int) { self.maxBytes = maxBytes }

  /// - Throws: what makes the record a dead letter.
  public func parse(_ record: SourceRecord) throws(Rejection) -> RoutableEvent {
    do throws(RequestProblem) {
      let id = try eventID(record)
      try checkSchema(record)
      let request = try request(record)
      // Before anything of it goes into a question to the database.
      try request.check()
      return RoutableEvent(
        id: id, time: Self.time(record, request, id: id),
        replay: Int(record.number(RecordHeader.replay) ?? Int64(request.replay ?? 0)),
        arrived: UnixTime(milliseconds: record.number(RecordHeader.arrived) ?? record.timestamp), request: request,
        open: Self.open(record))
    } catch {
      throw Rejection(error)
    }
  }

  private func eventID(_ record: SourceRecord) throws(RequestProblem) -> String {
    guard let text = record.header(RecordHeader.eventID), UUID(uuidString: text) != nil else {
      throw RequestProblem(.invalidEventID, "", "the header id is no UUID: the record was not written by a relay")
    }
    return text.lowercased()
  }

  private func checkSchema(_ record: SourceRecord) throws(RequestProblem) {
    guard let schema = record.header(RecordHeader.schema), schema != NotificationRequest.schema else { return }
    throw RequestProblem(.unknownSchema, "", "the header schema is not \(NotificationRequest.schema)")
  }

  private func request(_ record: SourceRecord) throws(RequestProblem) -> NotificationRequest {
    guard let value = record.value else { throw RequestProblem(.invalidJSON, "", "the record has no value") }
    guard value.count <= maxBytes else {
      throw RequestProblem(.tooLarge, "", "the event has over \(maxBytes) bytes (router.maxEventBytes)")
    }
    let json: JSONValue
    do throws(JSONParseError) { json = try JSONParser.parse(value) } catch {
      throw RequestProblem(.invalidJSON, "", "the value is no JSON from byte \(error.offset) on")
    }
    return try NotificationRequest(json: json)
  }

  private static func open(_ record: SourceRecord) -> Set<Int>? {
    record.header(RecordHeader.recipients).map { Set($0.split(separator: ",").compactMap { Int($0) }) }
  }

  /// When the event was written first: the same whenever it is routed, as the log files it by that day. The id tells
  /// it, unless it is no UUIDv7 or its writer's clock was far off.
  private static func time(_ record: SourceRecord, _ request: NotificationRequest, id: String) -> UnixTime {
    if let known = record.number(RecordHeader.eventTime) { return UnixTime(milliseconds: known) }
    if let release = request.release { return release.eventTime.time }
    let limit: Int64 = 30 * 86_400_000
    if let made = UUIDv7.milliseconds(id), abs(made - record.timestamp) < limit { return UnixTime(milliseconds: made) }
    let committed = record.header(RecordHeader.committedAt).flatMap { Timestamp($0) }
    return committed?.time ?? UnixTime(milliseconds: record.timestamp)
  }
}

enum UUIDv7 {
  /// Nil for a UUID of another version.
  static func milliseconds(_ id: String) -> Int64? {
    var digits = id.utf8.lazy.filter { $0 != UInt8(ascii: "-") }.makeIterator()
    var milliseconds: Int64 = 0
    for _ in 0..<12 {
      guard let byte = digits.next(), let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      milliseconds = milliseconds << 4 | Int64(digit)
    }
    return digits.next() == UInt8(ascii: "7") ? milliseconds : nil
  }
}
