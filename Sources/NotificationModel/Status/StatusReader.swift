/// What a record of `notification.status` says.
public enum StatusRecord: Sendable, Equatable {
  case delivery(DeliveryStatus)
  case routed(RoutedStatus)

  /// Reads one by its schema, at a tenth of the price of Codable; members that are not known are passed over.
  /// - Parameter schema: as the record's header has it.
  /// - Throws: what is wrong with it; ids are UUIDs and texts without a zero byte afterwards.
  public init(schema: String?, value: [UInt8]) throws(RequestProblem) {
    guard schema == DeliveryStatus.schema || schema == RoutedStatus.schema else {
      throw RequestProblem(
        .unknownSchema, "", "the header schema is neither \(DeliveryStatus.schema) nor \(RoutedStatus.schema)")
    }
    let json: JSONValue
    do throws(JSONParseError) { json = try JSONParser.parse(value) } catch {
      throw RequestProblem(.invalidJSON, "", "the value is no JSON from byte \(error.offset) on")
    }
    let members = StatusMembers(try JSONMembers(json))
    self =
      schema == RoutedStatus.schema
      ? .routed(try RoutedStatus(members)) : .delivery(try DeliveryStatus(members))
  }
}

extension DeliveryStatus {
  fileprivate init(_ json: StatusMembers) throws(RequestProblem) {
    self.init(
      deliveryID: try json.id("deliveryID"), eventID: try json.id("eventID"), eventTime: try json.time("eventTime"),
      replay: try json.number("replay"), attempt: try json.number("attempt"), state: try json.word("state"),
      reason: try json.text("reason"), user: try json.members.integer("user"), channel: try json.word("channel"),
      target: try json.neededText("target"), category: try json.text("category"),
      template: try json.text("template"), time: try json.time("time"))
    until = try json.optionalTime("until")
    providerID = try json.text("providerID")
    deadSince = try json.optionalTime("deadSince")
    addressMark = try json.text("addressMark")
    receipt = try json.members.word("receipt")
    receiptCode = try json.text("receiptCode")
  }
}

extension RoutedStatus {
  fileprivate init(_ json: StatusMembers) throws(RequestProblem) {
    self.init(
      eventID: try json.id("eventID"), eventTime: try json.time("eventTime"), replay: try json.number("replay"),
      isRelease: try json.members.flag("isRelease") ?? false, deliveries: try json.number("deliveries"),
      suppressions: try json.number("suppressions"), deferrals: try json.number("deferrals"),
      unresolved: try json.number("unresolved"), time: try json.time("time"))
    origin = try json.text("origin")
    part = try json.text("part")
  }
}

/// Members as the log's columns take them.
private struct StatusMembers {
  let members: JSONMembers

  init(_ members: JSONMembers) { self.members = members }

  func text(_ name: String) throws(RequestProblem) -> String? {
    guard let text = try members.text(name) else { return nil }
    guard !text.utf8.contains(0) else { throw wrong(name, "holds a zero byte") }
    return text
  }

  func neededText(_ name: String) throws(RequestProblem) -> String {
    guard let text = try text(name) else { throw wrong(name, "is missing") }
    return text
  }

  /// A UUID in small letters.
  func id(_ name: String) throws(RequestProblem) -> String {
    let text = try neededText(name).lowercased()
    let isRight =
      text.utf8.count == 36
      && text.utf8.enumerated().allSatisfy { at, byte in
        switch at {
        case 8, 13, 18, 23: byte == UInt8(ascii: "-")
        default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
        }
      }
    guard isRight else { throw wrong(name, "is no UUID") }
    return text
  }

  /// 0 where it is missing.
  func number(_ name: String) throws(RequestProblem) -> Int {
    let number = try members.integer(name) ?? 0
    guard (0...Int64(Int32.max)).contains(number) else { throw wrong(name, "is no number from 0 to \(Int32.max)") }
    return Int(number)
  }

  func optionalTime(_ name: String) throws(RequestProblem) -> UnixTime? {
    guard let number = try members.integer(name) else { return nil }
    guard (0...Self.lastMillisecond).contains(number) else { throw wrong(name, "is no time from 1970 to 9999") }
    return UnixTime(milliseconds: number)
  }

  func time(_ name: String) throws(RequestProblem) -> UnixTime {
    guard let time = try optionalTime(name) else { throw wrong(name, "is missing") }
    return time
  }

  func word<Word: RawRepresentable & CaseIterable>(_ name: String) throws(RequestProblem) -> Word
  where Word.RawValue == String {
    guard let word: Word = try members.word(name) else { throw wrong(name, "is missing") }
    return word
  }

  private static let lastMillisecond: Int64 = 253_402_300_799_999

  private func wrong(_ name: String, _ reason: String) -> RequestProblem {
    RequestProblem(.invalidMember, members.path(name), reason)
  }
}

extension StatusRecord {
  /// When it happened.
  public var time: UnixTime {
    switch self {
    case .delivery(let status): status.time
    case .routed(let status): status.time
    }
  }
}
