import NotificationModel
import TestSupport
import Testing

@Suite("Reading statuses") struct StatusReaderTests {
  @Test(arguments: 0..<5 as Range<UInt64>)
  func `what is written is read again`(seed: UInt64) throws {
    let load = StatusLoad(events: 20, seed: seed)
    for var status in load.deliveries {
      status.until = UnixTime(milliseconds: 5)
      status.deadSince = UnixTime(milliseconds: 6)
      status.addressMark = "12ab"
      var writer = JSONWriter()
      status.write(to: &writer)
      #expect(try StatusRecord(schema: DeliveryStatus.schema, value: writer.bytes) == .delivery(status))
    }
    for var status in load.routed {
      status.part = "to:1"
      var writer = JSONWriter()
      status.write(to: &writer)
      #expect(try StatusRecord(schema: RoutedStatus.schema, value: writer.bytes) == .routed(status))
    }
  }

  private static let whole = [
    "deliveryID": #""00000000-0000-0000-0000-000000000001""#, "eventID": #""00000000-0000-0000-0000-00000000000A""#,
    "eventTime": "5", "state": #""PENDING""#, "channel": #""sms""#, "target": #""1""#, "time": "6",
  ]

  private static func json(_ changes: [String: String?]) -> [UInt8] {
    var members = whole
    for (name, text) in changes { members[name] = text }
    return Array("{\(members.map { "\"\($0)\":\($1)" }.joined(separator: ","))}".utf8)
  }

  @Test func `members that are not known are passed over, and ids are in small letters`() throws {
    let record = try StatusRecord(schema: DeliveryStatus.schema, value: Self.json(["more": "[1]"]))
    guard case .delivery(let status) = record else { throw RequestProblem(.invalidJSON, "", "") }
    #expect(status.eventID.hasSuffix("a") && status.attempt == 0 && status.user == nil)
  }

  @Test(
    arguments: [
      ("deliveryID", nil), ("deliveryID", #""x""#), ("eventID", #""00000000-0000-0000-0000-00000000000g""#),
      ("state", #""GONE""#), ("state", nil), ("channel", #""fax""#), ("attempt", "-1"), ("replay", "99999999999"),
      ("time", nil), ("time", "-5"), ("eventTime", "999999999999999999"), ("target", #""a\u0000b""#), ("user", #""7""#),
    ] as [(String, String?)])
  func `what the log could not take is refused by its member`(member: String, value: String?) {
    let problem = #expect(throws: RequestProblem.self) {
      try StatusRecord(schema: DeliveryStatus.schema, value: Self.json([member: value]))
    }
    #expect(problem?.member == member)
  }

  @Test func `another schema and what is no JSON are told apart`() {
    let other = #expect(throws: RequestProblem.self) { try StatusRecord(schema: "status.v2", value: Self.json([:])) }
    #expect(other?.code == .unknownSchema)
    let broken = #expect(throws: RequestProblem.self) {
      try StatusRecord(schema: DeliveryStatus.schema, value: [UInt8(ascii: "{")])
    }
    #expect(broken?.code == .invalidJSON)
  }
}
