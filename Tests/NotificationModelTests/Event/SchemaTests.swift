import Foundation
import NotificationModel
import TestSupport
import Testing

/// docs/schema/notification.v1.json beside the types.
@Suite("The JSON Schema") struct SchemaTests {
  private let schema: JSONValue

  init() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Repository.file("docs/schema/notification.v1.json")))
    schema = try JSONParser.parse(Array(data))
  }

  private func at(_ path: String...) throws -> JSONValue {
    try path.reduce(schema) { value, name in
      guard case .object(let members) = value else { throw NotThere(name: name) }
      guard let member = members[name] else { throw NotThere(name: name) }
      return member
    }
  }

  private struct NotThere: Error { var name: String }

  private func names(_ value: JSONValue) -> Set<String> {
    if case .object(let members) = value { Set(members.keys) } else { [] }
  }

  private func names(of encodable: some Encodable) throws -> Set<String> {
    names(try JSONParser.parse(Array(JSONEncoder().encode(encodable))))
  }

  @Test func `it has the members that an event can have`() throws {
    let time = Timestamp(UnixTime(milliseconds: 0))
    var request = NotificationRequest(
      to: [.user(1)], category: "c", template: "t", parameters: ["a": 1], content: MessageContent(),
      channels: .all([.push]), locale: "ko")
    (request.expiresAt, request.deliverAt, request.collapseKey, request.priority) = (time, time, "k", .high)
    (request.link, request.replay) = ("l", 1)
    request.release = DeferredRelease(eventTime: time, deliveries: [])
    #expect(try names(at("properties")) == names(of: request))

    let device = DeviceAddress(platform: .ios, appID: "a", token: "t")
    let people: [Recipient.Whom] = [
      .user(1), .address(.email("e")), .address(.phone("p")), .address(.device(device)),
    ]
    let members = try people.map { try names(of: Recipient($0, locale: "ko", parameters: ["a": 1])) }
    #expect(try names(at("$defs", "recipient", "properties")) == members.reduce([]) { $0.union($1) })
    #expect(try names(at("$defs", "recipient", "properties", "device", "properties")) == names(of: device))
  }

  @Test func `it has the content of each channel`() throws {
    var push = PushContent(title: "t", body: "b", actionKey: "a", badge: 1)
    (push.sound, push.threadID, push.mutable) = ("s", "t", true)
    (push.titleKey, push.titleArguments, push.bodyKey, push.bodyArguments) = ("t", ["a"], "b", ["b"])
    let content = MessageContent(
      push: push, sms: SMSContent(body: "b"),
      email: EmailContent(subject: "s", html: "h", text: "t"))
    let base = try at("$defs", "content", "properties")
    #expect(try names(base) == names(of: content))
    #expect(try names(at("$defs", "content", "properties", "push", "properties")) == names(of: content.push))
    #expect(try names(at("$defs", "content", "properties", "sms", "properties")) == names(of: content.sms))
    #expect(try names(at("$defs", "content", "properties", "email", "properties")) == names(of: content.email))
  }

  @Test func `its words and limits are the code's`() throws {
    func words(_ all: [String]) -> JSONValue { .list(all.map { .text($0) }) }
    #expect(try at("$id") == .text(NotificationRequest.schema))
    #expect(try at("properties", "to", "maxItems") == .number("\(NotificationRequest.recipientLimit)"))
    #expect(try at("properties", "priority", "enum") == words(DeliveryPriority.allCases.map(\.rawValue)))
    #expect(try at("$defs", "channels", "items", "enum") == words(ChannelKind.allCases.map(\.rawValue)))
    let device = try at("$defs", "recipient", "properties", "device", "properties")
    guard case .object(let members) = device else { throw NotThere(name: "device") }
    #expect(members["platform"] == ["enum": words(UserDevice.Platform.allCases.map(\.rawValue))])
    #expect(members["environment"] == ["enum": words(UserDevice.Environment.allCases.map(\.rawValue))])
    for (member, limit) in [("category", 100), ("template", 100), ("collapseKey", 64), ("link", 2_000)] {
      #expect(try at("properties", member, "maxLength") == .number("\(limit)"))
      for (count, isTaken) in [(limit, true), (limit + 1, false), (0, false)] {
        #expect(isTaken == isGood(member, String(repeating: "a", count: count)), "\(member) \(count)")
      }
    }
  }

  private func isGood(_ member: String, _ text: String) -> Bool {
    var request = NotificationRequest(to: [.user(1)], category: "c", template: "t")
    switch member {
    case "category": request.category = text
    case "template": request.template = text
    case "collapseKey": request.collapseKey = text
    default: request.link = text
    }
    return (try? request.check()) != nil
  }
}
