import Foundation
import OutboxClient
import OutboxClientPostgres
import Postgres
import TestSupport
import Testing

@Suite("Notifications as events")
struct NotificationTests {
  private static func read(_ event: OutboxEvent) throws -> NotificationRequest {
    try NotificationRequest(json: JSONParser.parse(Array(event.payload.json.utf8)))
  }

  private static let request = {
    var request = NotificationRequest(
      to: [.user(42), .email("kim@example.com"), Recipient(.address(.phone("+821012345678")), locale: "ko-KR")],
      category: "service", template: "order_shipped", parameters: ["order": "A-17", "items": ["a", 2, true]],
      channels: .firstOf([.push, .sms]), locale: "en")
    request.deliverAt = Timestamp(Date().addingTimeInterval(3_600))
    request.expiresAt = Timestamp(Date().addingTimeInterval(7_200))
    (request.collapseKey, request.priority, request.link) = ("order-17", .high, "https://example.com/orders/17")
    return request
  }()

  @Test func `a notification for one user has the user's id as its key`() throws {
    let event = try OutboxEvent.notification(
      to: .user(42), template: "order_shipped", parameters: ["order": "A-\(17)"], category: "transactional")
    #expect((event.aggregateType, event.aggregateID, event.type) == ("user", "42", "notification.requested"))
    #expect(event.headers == ["schema": "notification.v1"])
    let expected = NotificationRequest(
      to: [.user(42)], category: "transactional", template: "order_shipped", parameters: ["order": "A-17"])
    #expect(try Self.read(event) == expected)
  }

  @Test func `one for several has its own id as the key, or the one that is given`() throws {
    let event = try OutboxEvent.notification(Self.request)
    #expect(event.aggregateID == event.id.description)
    #expect(try OutboxEvent.notification(Self.request, key: "order-17").aggregateID == "order-17")
    let address = NotificationRequest(to: [.email("kim@example.com")], category: "service", template: "welcome")
    let single = try OutboxEvent.notification(address)
    #expect(single.aggregateID == single.id.description)
  }

  @Test(.requires(.postgres)) func `what PostgreSQL stores is what the router reads`() throws {
    let connection = try PostgresFixture.migrated().connect()
    let trace = OutboxTraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    let event = try OutboxEvent.notification(Self.request, headers: ["tenant": "shop"], trace: trace)
    try connection.withTransaction { try OutboxWriter().enqueue(event, in: $0) }
    let stored = try connection.execute("SELECT payload, headers->>'schema', headers->>'tenant' FROM outbox.event")
    #expect(try NotificationRequest(json: JSONParser.parse(Array(try #require(stored[0, 0]).utf8))) == Self.request)
    #expect([stored[0, 1], stored[0, 2]] == ["notification.v1", "shop"])
  }

  @Test func `what cannot be is refused with the member and its code, and without the value`() throws {
    var late = Self.request
    late.deliverAt = Timestamp(Date().addingTimeInterval(367 * 86_400))
    late.expiresAt = nil
    var release = Self.request
    release.release = DeferredRelease(eventTime: Timestamp(Date()), deliveries: [])
    let refused: [(NotificationRequest, RequestProblem.Code, String)] = [
      (NotificationRequest(to: [], category: "service", template: "a"), .invalidRecipient, "to is empty"),
      (NotificationRequest(to: [.user(0)], category: "service", template: "a"), .invalidRecipient, "to[0].user"),
      (NotificationRequest(to: [.email("kim\r\n@x")], category: "c", template: "a"), .invalidAddress, "to[0].email"),
      (NotificationRequest(to: [.user(1)], category: "service"), .invalidMember, "template or content is needed"),
      (late, .invalidTime, "deliverAt"), (release, .invalidMember, "release and replay"),
    ]
    for (request, code, part) in refused {
      let error = try #require(#expect(throws: OutboxError.self) { try OutboxEvent.notification(request) })
      #expect(error.code == .invalidNotification && (error.cause as? RequestProblem)?.code == code)
      #expect(error.description.hasPrefix("the notification is refused: \(part)"))
      #expect(!error.description.contains("kim"))
    }
  }

  @Test func `a zero character in a parameter is refused, and a schema of the caller's`() {
    let zero = #expect(throws: OutboxError.self) {
      try OutboxEvent.notification(to: .user(1), template: "a", parameters: ["x": "\u{0}"], category: "service")
    }
    #expect(zero?.code == .invalidPayload)
    let schema = #expect(throws: OutboxError.self) {
      try OutboxEvent.notification(to: .user(1), template: "a", category: "b", headers: ["schema": "order.v1"])
    }
    #expect(schema?.code == .invalidHeaderName)
  }
}
