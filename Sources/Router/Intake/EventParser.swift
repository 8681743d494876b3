import Foundation
import NotificationModel
public import Policy

/// Makes an event of a record, or says why it is none.
public struct EventParser {
  private let decoder = JSONDecoder()
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
        arrived: UnixTime(milliseconds: record.timestamp), request: request, open: Self.open(record))
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
    do {
      return try decoder.decode(NotificationRequest.self, from: Data(value))
    } catch let problem as RequestProblem {
      throw problem
    } catch let error as DecodingError {
      throw RequestProblem(error)
    } catch {
      throw RequestProblem(.invalidJSON, "", "the value is no JSON")
    }
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
    let digits = id.replacing("-", with: "")
    guard digits.utf8.count == 32, digits.dropFirst(12).first == "7" else { return nil }
    return Int64(digits.prefix(12), radix: 16)
  }
}

extension RequestProblem {
  /// Names the member, never what it holds.
  fileprivate init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      self.init(.invalidMember, RequestProblem.path(context.codingPath + [key]), "is missing")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      self.init(.invalidMember, RequestProblem.path(context.codingPath), "is of another type")
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      self.init(.invalidMember, RequestProblem.path(context.codingPath), "holds what it cannot")
    default: self.init(.invalidJSON, "", "the value is no JSON")
    }
  }
}
