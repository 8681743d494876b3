import NotificationModel
import Policy
import Testing

/// Which text is taken and how it is filled in.
@Suite struct TemplateTextTests {
  /// An SMS with a text for each of these languages that says which it is.
  private func scene(_ locales: [String]) -> Scene {
    var scene = Scene("news", channels: .all([.sms]))
    scene.audience.templates["hello"] = CompiledTemplates(
      locales.map { TemplateDefinition(key: "hello", channel: .sms, locale: $0, version: 3, body: "in \($0)") })
    return scene
  }

  /// User 1 is sent this text by push, SMS and e-mail.
  private func scene(_ body: String, required: [String] = []) -> Scene {
    var scene = Scene("news")
    scene.audience.templates["hello"] = CompiledTemplates(
      ChannelKind.allCases.map {
        TemplateDefinition(
          key: "hello", channel: $0, version: 3, subject: body, title: body, body: body, requiredParameters: required)
      })
    return scene
  }

  @Test(
    arguments: [
      ("ko-KR", ["ko-KR", "ko", "default"], "ko-KR"), ("ko-KR", ["ko", "default"], "ko"),
      ("ko-KR", ["en", "default"], "default"), ("KO-kr", ["ko-KR", "default"], "ko-KR"),
      ("zh-Hant-TW", ["zh-Hant-TW", "zh-Hant", "zh"], "zh-Hant-TW"), ("zh-Hant-TW", ["zh-Hant", "zh"], "zh-Hant"),
      ("zh-Hant-TW", ["zh-TW", "zh", "default"], "zh"), ("zh-Hant-TW", ["zh-Hans", "default"], "default"),
      ("ko", ["ko-KR", "default"], "default"), (nil, ["ko", "default"], "default"),
    ] as [(String?, [String], String)])
  func `the text is that of the most special language`(wanted: String?, known: [String], taken: String) throws {
    var scene = scene(known)
    scene.person.locale = wanted
    let delivery = try #require(try scene.deliveries.first)
    #expect(delivery.content.sms?.body == "in \(taken)")
    #expect(delivery.locale == taken)
    #expect(delivery.templateVersion == 3)
  }

  @Test func `recipient, event, device and user are asked for their language in this order`() throws {
    var scene = Scene("news", channels: .all([.push]))
    scene.audience.templates["hello"] = CompiledTemplates(
      ["a", "b", "c", "d", "default"].map { TemplateDefinition(key: "hello", channel: .push, locale: $0, body: $0) })
    func taken() throws -> String? { try scene.deliveries.first?.locale }
    #expect(try taken() == "default")
    scene.person.locale = "d-DD"
    #expect(try taken() == "d")
    scene.person.devices[0].locale = "c"
    #expect(try taken() == "c")
    scene.request.locale = "b"
    #expect(try taken() == "b")
    scene.request.to[0].locale = "a"
    #expect(try taken() == "a")
    // A language that there is no text in is passed over for the next.
    (scene.request.to[0].locale, scene.request.locale) = ("x", "y")
    #expect(try taken() == "c")
  }

  @Test func `people of one event get it in their own languages`() throws {
    var scene = scene(["ko", "en", "default"])
    scene.request.to = [.user(1), .user(2), .user(3)]
    for (id, locale) in [(Int64(1), "ko-KR"), (2, "en-GB"), (3, "fr")] {
      scene.audience.users[id] = Scene.person(id)
      scene.audience.users[id]?.locale = locale
    }
    #expect(try scene.deliveries.compactMap(\.content.sms?.body) == ["in ko", "in en", "in default"])
  }

  @Test func `without a text in a language of the recipient the event is refused`() {
    var scene = scene(["ko"])
    scene.person.locale = "en"
    #expect(scene.rejection()?.code == "NO_TEXT")
    scene.person.locale = "ko"
    #expect(scene.rejection() == nil)
    scene.request.channels = .all([.email])
    #expect(scene.rejection()?.code == "NO_TEXT")
  }

  // MARK: Parameters

  @Test func `a parameter that is needed or printed and missing is named`() {
    var needed = scene("Hello", required: ["order"])
    #expect(needed.rejection()?.code == "MISSING_PARAMETER")
    #expect(needed.rejection()?.description == "hello, push, default, version 3 needs the parameter order")
    needed.request.parameters = ["order": .null]
    #expect(needed.rejection()?.code == "MISSING_PARAMETER")
    needed.request.parameters = ["order": ""]
    #expect(needed.rejection() == nil)
    let printed = scene("Hello {{user.name}}").rejection()
    #expect(printed?.code == "MISSING_PARAMETER")
    #expect(printed?.description == "hello, push, default, version 3: the parameter user.name is missing")
  }

  @Test func `nobody gets an event of which one recipient's text cannot be made`() {
    var scene = scene("Hello {{name}}")
    scene.request.to = [Recipient(.user(1), parameters: ["name": "Kim"]), .email("a@example.com")]
    #expect(scene.rejection()?.code == "MISSING_PARAMETER")
    scene.request.to[1].parameters = ["name": ["a list"]]
    #expect(scene.rejection()?.code == "MISSING_PARAMETER")
    scene.request.to[1].parameters = ["name": "Lee"]
    #expect(scene.rejection() == nil)
  }

  @Test func `what is printed is escaped in a mail's HTML and nowhere else`() throws {
    var scene = scene("<b>{{name}}</b>")
    scene.request.parameters = ["name": "A & <B>"]
    let (plain, html) = ("<b>A & <B></b>", "<b>A &amp; &lt;B&gt;</b>")
    #expect(try scene.content(.push)?.push == PushContent(title: plain, body: plain))
    #expect(try scene.content(.sms)?.sms == SMSContent(body: plain))
    #expect(try scene.content(.email)?.email == EmailContent(subject: plain, html: html))
  }

  @Test func `a recipient's own parameters go over the event's, for that recipient alone`() throws {
    var scene = Scene("news", to: [.phone("+821000000001"), .phone("+821000000002"), .phone("+821000000003")])
    scene.audience.templates["hello"] = CompiledTemplates([
      TemplateDefinition(
        key: "hello", channel: .sms, body: "{{greeting}} {{name}}{{#items}} {{.}}{{/items}}",
        requiredParameters: ["name"])
    ])
    scene.request.parameters = ["greeting": "Hi", "name": "all", "items": [1, true]]
    scene.request.to[1].parameters = ["name": "Kim", "items": []]
    #expect(try scene.deliveries.compactMap(\.content.sms?.body) == ["Hi all 1 true", "Hi Kim", "Hi all 1 true"])
    scene.request.parameters["name"] = nil
    #expect(scene.rejection()?.code == "MISSING_PARAMETER")
    for index in 0...2 { scene.request.to[index].parameters["name"] = "x" }
    #expect(try scene.deliveries.compactMap(\.content.sms?.body) == ["Hi x 1 true", "Hi x", "Hi x 1 true"])
  }

  @Test(
    arguments: [
      (nil, nil), ("", nil), ("7", 7), ("0", 0), ("count", 3), ("unread.mail", 4), ("word", nil),
    ] as [(String?, Int?)])
  func `a badge is a number or a parameter with one`(badge: String?, shown: Int?) throws {
    var scene = Scene("news", channels: .all([.push]))
    scene.audience.templates["hello"] = CompiledTemplates([
      TemplateDefinition(key: "hello", channel: .push, title: "Hi", body: "Hello", actionKey: "OPEN", badge: badge)
    ])
    scene.request.parameters = ["count": 3, "unread": ["mail": "4"], "word": "many"]
    #expect(
      try scene.content(.push)?.push == PushContent(title: "Hi", body: "Hello", actionKey: "OPEN", badge: shown))
  }

  @Test func `a badge whose parameter is missing is refused with its name`() {
    var scene = Scene("news", channels: .all([.push]))
    scene.audience.templates["hello"] = CompiledTemplates([
      TemplateDefinition(key: "hello", channel: .push, body: "Hello", badge: "count")
    ])
    #expect(scene.rejection()?.description == "hello, push, default, version 1: the parameter count is missing")
  }
}
