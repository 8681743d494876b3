import Foundation
import Testing

@testable import OutboxClient

@Suite("Events and their validation")
struct EventTests {
  private static func event(
    aggregateType: String = "user", aggregateID: String = "user-1", type: String = "order.shipped",
    headers: [String: String] = [:], trace: OutboxTraceContext? = nil
  ) throws -> OutboxEvent {
    try OutboxEvent(
      aggregateType: aggregateType, aggregateID: aggregateID, type: type, payload: ["order": 7], headers: headers,
      trace: trace)
  }

  @Test func `an event has an id of its own, or the one that is given`() throws {
    let first = try Self.event()
    #expect(first.id < (try Self.event().id))
    let id = try #require(OutboxEventID("01890a5d-ac96-774b-bcce-b302099a8057"))
    let payload = try OutboxPayload(json: "{}")
    let given = try OutboxEvent(id: id, aggregateType: "user", aggregateID: "1", type: "made", payload: payload)
    #expect(given.id == id && given.payload == payload)
  }

  @Test func `an empty field is refused with its name and a hint`() {
    let made: [(part: String, make: () throws -> OutboxEvent)] = [
      ("the aggregate type is empty", { try Self.event(aggregateType: "") }),
      ("the aggregate id is empty: it keeps the order", { try Self.event(aggregateID: "") }),
      ("the type is empty", { try Self.event(type: "") }),
    ]
    for (part, make) in made {
      let error = #expect(throws: OutboxError.self) { try make() }
      #expect(error?.code == .emptyField)
      #expect(error?.description.hasPrefix(part) == true)
    }
  }

  @Test func `a zero character is refused in every text`() {
    let made: [() throws -> OutboxEvent] = [
      { try Self.event(aggregateType: "a\u{0}") }, { try Self.event(aggregateID: "\u{0}") },
      { try Self.event(type: "a\u{0}b") }, { try Self.event(headers: ["tenant": "a\u{0}"]) },
    ]
    for make in made { #expect(throws: OutboxError.self) { try make() }.map { #expect($0.code == .zeroCharacter) } }
  }

  @Test(arguments: [
    "", "id", "type", "aggregatetype", "lsn", "ordinal", "committed_at", "bongsu-", "bongsu-attempt", "bongsu-\u{301}",
    "a\nb", "\t", "a\u{0}", "\u{7F}", "\u{85}",
  ])
  func `a header name that is empty, reserved or holds control characters is refused`(name: String) {
    let error = #expect(throws: OutboxError.self) { try Self.event(headers: [name: "x"]) }
    #expect(error?.code == .invalidHeaderName)
    #expect(error?.description.contains("\n") == false)
  }

  @Test(arguments: ["tenant", "Id", "bongsu", "x-id", "테넌트", "a b", "traceparent"])
  func `any other header name is taken`(name: String) throws {
    #expect(try Self.event(headers: [name: ""]).headers == [name: ""])
  }

  private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test func `a trace context travels as headers`() throws {
    let trace = OutboxTraceContext(traceparent: Self.parent, tracestate: "a=1")
    let headers = try Self.event(headers: ["tenant": "7"], trace: trace).headers
    #expect(headers == ["tenant": "7", "traceparent": Self.parent, "tracestate": "a=1"])
    #expect(try Self.event(trace: OutboxTraceContext(traceparent: "broken")).headers.isEmpty)
  }

  @Test func `a trace that is given twice is refused`() {
    let trace = OutboxTraceContext(traceparent: Self.parent)
    for name in ["traceparent", "tracestate"] {
      let error = #expect(throws: OutboxError.self) { try Self.event(headers: [name: "x"], trace: trace) }
      #expect(error?.code == .invalidHeaderName)
    }
  }

  @Test func `headers become one JSON object whatever their texts hold`() throws {
    let headers = ["a\"\\b": "\"\\\n\t\u{1}\u{1F}/", "é€🙂": "'); DROP TABLE orders; --", "empty": ""]
    let json = try #require(OutboxHeaders.json(headers))
    #expect(try JSONDecoder().decode([String: String].self, from: Data(json.utf8)) == headers)
    #expect(OutboxHeaders.json([:]) == nil)
  }
}
