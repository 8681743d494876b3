import Foundation
import NotificationModel
import TestSupport
import Testing

@Suite("The event's contract") struct ContractTests {
  private static let now = UnixTime(milliseconds: 1_795_474_800_000)

  private static func read(_ json: String, now: UnixTime? = now) throws -> NotificationRequest {
    let request = try NotificationRequest(json: JSONParser.parse(Array(json.utf8)))
    try request.check(now: now)
    return request
  }

  /// An event with `members` more, or in place of its own.
  private static func event(_ members: String) -> String {
    #"{"to":[{"user":42}],"category":"service","template":"t",\#(members)}"#
  }

  private static func problem(_ json: String) -> RequestProblem? {
    do {
      _ = try read(json)
      return nil
    } catch { return error as? RequestProblem }
  }

  // MARK: What is taken

  @Test func `docs/events.md's own example is one`() throws {
    let text = try String(contentsOfFile: Repository.file("docs/events.md"), encoding: .utf8)
    let example = try #require(text.firstMatch(of: /'notification\.requested', '(\{[^']+\})'\)/)?.1)
    let request = try Self.read(String(example))
    #expect(request.to == [.user(42)] && request.template == "order_shipped")
    #expect(request.parameters["order"] == "A-17")
  }

  @Test func `everything that there is comes back as it was written`() throws {
    var random = RandomRequest(seed: 6)
    for _ in 0..<1_000 {
      let request = random.request()
      let json = try JSONEncoder().encode(request)
      #expect(try NotificationRequest(json: JSONParser.parse(Array(json))) == request)
      #expect(try JSONDecoder().decode(NotificationRequest.self, from: json) == request)
    }
  }

  @Test func `members that nobody knows are passed over, and null is as good as missing`() throws {
    let newer = Self.event(
      #""future":{"a":1},"locale":null,"expiresAt":null,"channels":null,"content":null,"to":[{"user":42,"x":[]}]"#)
    let plain = NotificationRequest(to: [.user(42)], category: "service", template: "t")
    #expect(try Self.read(newer) == plain)
  }

  @Test func `a channel that is named twice counts once`() throws {
    #expect(try Self.read(Self.event(#""channels":["sms","sms","push"]"#)).channels == .all([.sms, .push]))
    #expect(try Self.read(Self.event(#""channels":{"firstOf":["sms","sms"]}"#)).channels == .firstOf([.sms]))
  }

  @Test func `1,000 recipients are taken and 1,001 are not`() {
    func event(_ count: Int) -> String {
      Self.event(#""to":[\#((1...count).map { #"{"user":\#($0)}"# }.joined(separator: ","))]"#)
    }
    #expect(Self.problem(event(1_000)) == nil)
    #expect(Self.problem(event(1_001))?.code == .tooManyRecipients)
  }

  @Test func `limits are of bytes, and what is at the limit is taken`() {
    let wide = String(repeating: "가", count: 33)
    for (member, text) in [
      ("category", wide + "a"), ("collapseKey", String(repeating: "a", count: 64)),
      ("link", String(repeating: "a", count: 2_000)), ("locale", "ko-KR"), ("locale", "zh-Hant-TW"),
    ] {
      #expect(Self.problem(Self.event(#""\#(member)":"\#(text)""#)) == nil, "\(member)")
    }
    #expect(Self.problem(Self.event(#""category":"\#(wide)ab""#))?.member == "category")
    #expect(
      Self.problem(Self.event(#""collapseKey":"\#(String(repeating: "a", count: 65))""#))?.member == "collapseKey")
    #expect(Self.problem(Self.event(#""link":"\#(String(repeating: "a", count: 2_001))""#))?.member == "link")
  }

  // MARK: What is refused

  static let refused: [(members: String, code: RequestProblem.Code, member: String)] = [
    (#""to":[]"#, .invalidRecipient, "to"), (#""to":null"#, .invalidMember, "to"),
    (#""to":{}"#, .invalidMember, "to"), (#""to":["SECRET"]"#, .invalidMember, "to[0]"),
    (#""to":[{}]"#, .invalidRecipient, "to[0]"), (#""to":[{"user":1,"email":"a@b.kr"}]"#, .invalidRecipient, "to[0]"),
    (#""to":[{"user":0}]"#, .invalidRecipient, "to[0].user"), (#""to":[{"user":"1"}]"#, .invalidMember, "to[0].user"),
    (#""to":[{"user":1.5}]"#, .invalidMember, "to[0].user"),
    (#""to":[{"user":99999999999999999999}]"#, .invalidMember, "to[0].user"),
    (#""to":[{"user":1},{"email":"SECRET"}]"#, .invalidAddress, "to[1].email"),
    (#""to":[{"email":"a@b.kr\r\nSECRET"}]"#, .invalidAddress, "to[0].email"),
    (#""to":[{"phone":"SECRET"}]"#, .invalidAddress, "to[0].phone"),
    (#""to":[{"device":{"platform":"ios","appID":"a","token":"SE CRET"}}]"#, .invalidAddress, "to[0].device"),
    (#""to":[{"device":{"platform":"SECRET","appID":"a","token":"t"}}]"#, .invalidMember, "to[0].device.platform"),
    (#""to":[{"device":{"appID":"a","token":"t"}}]"#, .invalidMember, "to[0].device.platform"),
    (#""to":[{"device":{"platform":"ios","token":"t"}}]"#, .invalidMember, "to[0].device.appID"),
    (#""to":[{"device":{"platform":"ios","appID":"a"}}]"#, .invalidMember, "to[0].device.token"),
    (#""to":[{"user":1,"locale":"SECRET!"}]"#, .invalidMember, "to[0].locale"),
    (#""to":[{"user":1,"parameters":[]}]"#, .invalidMember, "to[0].parameters"),
    (#""category":null"#, .invalidMember, "category"), (#""category":"""#, .invalidMember, "category"),
    (#""category":"SECRET\n""#, .invalidMember, "category"), (#""template":7"#, .invalidMember, "template"),
    (#""template":null"#, .invalidMember, "template"),
    (#""content":{"sms":{"body":"SECRET"}}"#, .invalidMember, "template"),
    (#""template":null,"content":{}"#, .invalidMember, "content"),
    (#""template":null,"content":{"email":{"subject":"SECRET"}}"#, .invalidMember, "content.email"),
    (#""template":null,"content":{"push":{"title":"SECRET"}}"#, .invalidMember, "content.push.body"),
    (#""template":null,"content":{"push":{"body":"SECRET","badge":"1"}}"#, .invalidMember, "content.push.badge"),
    (#""template":null,"content":{"sms":"SECRET"}"#, .invalidMember, "content.sms"),
    (#""template":null,"content":{"push":{"body":"b","mutable":"SECRET"}}"#, .invalidMember, "content.push.mutable"),
    (#""template":null,"content":{"push":{"body":"b","sound":""}}"#, .invalidMember, "content.push.sound"),
    (
      #""template":null,"content":{"push":{"body":"b","threadID":"SECRET\n"}}"#, .invalidMember, "content.push.threadID"
    ),
    (
      #""template":null,"content":{"push":{"body":"b","titleArguments":["SECRET"]}}"#, .invalidMember,
      "content.push.titleArguments"
    ),
    (
      #""template":null,"content":{"push":{"body":"b","bodyKey":"k","bodyArguments":["SECRET",1]}}"#, .invalidMember,
      "content.push.bodyArguments"
    ),
    (#""parameters":"SECRET""#, .invalidMember, "parameters"), (#""channels":["SECRET"]"#, .unknownChannel, "channels"),
    (#""channels":[]"#, .invalidMember, "channels"), (#""channels":{"firstOf":[]}"#, .invalidMember, "channels"),
    (#""channels":{}"#, .invalidMember, "channels"), (#""channels":"SECRET""#, .invalidMember, "channels"),
    (#""channels":{"firstOf":["fax"]}"#, .unknownChannel, "channels"),
    (#""locale":"SECRET_"# + "\"", .invalidMember, "locale"),
    (#""locale":"abcdefghi""#, .invalidMember, "locale"), (#""priority":"SECRET""#, .invalidMember, "priority"),
    (#""expiresAt":"SECRET""#, .invalidTime, "expiresAt"), (#""expiresAt":5"#, .invalidMember, "expiresAt"),
    (#""deliverAt":"2026-11-24""#, .invalidTime, "deliverAt"),
    (#""deliverAt":"2027-11-25T23:00:00Z""#, .invalidTime, "deliverAt"),
    (#""deliverAt":"2026-12-01T00:00:00Z","expiresAt":"2026-12-01T00:00:00Z""#, .invalidTime, "expiresAt"),
    (#""release":{"deliveries":[]}"#, .invalidMember, "release.eventTime"),
    (
      #""release":{"eventTime":"2026-11-24T00:00:00Z","deliveries":[{"target":"1"}]}"#, .invalidMember,
      "release.deliveries[0].channel"
    ),
    (#""replay":"SECRET""#, .invalidMember, "replay"),
  ]

  @Test(arguments: refused.indices) func `what cannot be is refused at its member, and never quoted`(index: Int) throws
  {
    let (members, code, member) = Self.refused[index]
    let problem = try #require(Self.problem(Self.event(members)), "\(members)")
    #expect(problem.code == code && problem.member == member, "\(members): \(problem.code) \(problem)")
    #expect(!problem.description.contains("SECRET"), "\(problem)")
  }

  @Test(arguments: ["[]", "7", "null", #""SECRET""#]) func `what is no object is no event`(json: String) {
    #expect(
      Self.problem(json)?.code == .invalidMember && Self.problem(json)?.description == "the value is no JSON object")
  }

  @Test func `how far ahead deliverAt is counts only for who writes it`() throws {
    let far = Self.event(#""deliverAt":"2027-11-25T23:00:00Z""#)
    #expect(throws: RequestProblem.self) { try Self.read(far) }
    #expect(try Self.read(far, now: nil).deliverAt != nil)
    #expect(Self.problem(Self.event(#""deliverAt":"2027-11-24T22:59:59Z""#)) == nil)
  }

  @Test func `every code that a payload can have has a case here, and all are in docs/events.md`() throws {
    let ofRecords: Set<RequestProblem.Code> = [.invalidJSON, .unknownSchema, .invalidEventID, .tooLarge]
    let seen = Set(Self.refused.map(\.code)).union([.tooManyRecipients])
    #expect(seen.union(ofRecords) == Set(RequestProblem.Code.allCases))
    let text = try String(contentsOfFile: Repository.file("docs/events.md"), encoding: .utf8)
    for code in RequestProblem.Code.allCases { #expect(text.contains("`\(code.rawValue)`"), "\(code)") }
    for reason in SuppressionReason.allCases { #expect(text.contains("`\(reason.rawValue)`"), "\(reason)") }
  }
}
