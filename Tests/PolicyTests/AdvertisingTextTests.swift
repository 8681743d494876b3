import NotificationModel
import Policy
import Testing

/// What the law wants written on advertising.
@Suite struct AdvertisingTextTests {
  private func inline(_ content: MessageContent) -> Scene {
    var scene = Scene("sale").agreed()
    (scene.request.template, scene.request.content) = (nil, content)
    return scene
  }

  @Test func `a push begins with the label, names the sender and ends with the way out`() throws {
    let titled = inline(MessageContent(push: PushContent(title: "Sale", body: "Half price", badge: 1)))
    #expect(
      try titled.content(.push)?.push
        == PushContent(title: "(광고) Sale", body: "봉수\nHalf price\n수신거부: 설정", badge: 1))
    let plain = inline(MessageContent(push: PushContent(body: "Half price")))
    #expect(try plain.content(.push)?.push == PushContent(title: "(광고) 봉수", body: "Half price\n수신거부: 설정"))
  }

  @Test func `a push of advertising is not replaced by a text of the app's own, where nothing would be labelled`()
    throws
  {
    var push = PushContent(title: "Sale", body: "Half price")
    (push.titleKey, push.titleArguments, push.bodyKey, push.bodyArguments) = ("T", ["a"], "B", ["b"])
    push.sound = "bell"
    let shown = try #require(try inline(MessageContent(push: push)).content(.push)?.push)
    #expect(shown.titleKey == nil && shown.titleArguments == nil && shown.bodyKey == nil && shown.bodyArguments == nil)
    #expect(shown.title == "(광고) Sale" && shown.sound == "bell")
  }

  @Test func `words that are labelled already are labelled once, in the place that the law wants`() throws {
    let push = inline(MessageContent(push: PushContent(title: " (광고)Sale", body: "x")))
    #expect(try push.content(.push)?.push?.title == "(광고) Sale")
    let sms = inline(MessageContent(sms: SMSContent(body: "(광고) Half (광고)")))
    #expect(try sms.content(.sms)?.sms?.body == "(광고)봉수\nHalf (광고)\n무료수신거부 0801234567")
    let mail = inline(MessageContent(email: EmailContent(subject: "(광고) Sale", text: "x")))
    #expect(try mail.content(.email)?.email?.subject == "(광고) Sale")
  }

  @Test func `an SMS begins with label and sender and ends with the way out`() throws {
    let scene = inline(MessageContent(sms: SMSContent(body: "Half price")))
    #expect(try scene.content(.sms)?.sms?.body == "(광고)봉수\nHalf price\n무료수신거부 0801234567")
  }

  @Test func `a mail's subject begins with the label, and its texts end with sender and way out`() throws {
    let scene = inline(MessageContent(email: EmailContent(subject: "Sale", html: "<p>Half</p>", text: "Half")))
    #expect(
      try scene.content(.email)?.email
        == EmailContent(
          subject: "(광고) Sale", html: "<p>Half</p><p>봉수<br>수신거부 u@example.com</p>",
          text: "Half\n\n봉수\n수신거부 u@example.com\n"))
    let html = inline(MessageContent(email: EmailContent(subject: "Sale", html: "<BODY></body>Half</BODY></html>")))
    #expect(
      try html.content(.email)?.email?.html
        == "<BODY></body>Half<p>봉수<br>수신거부 u@example.com</p></BODY></html>")
    #expect(try html.content(.email)?.email?.text == nil)
  }

  @Test func `the sender's own signs do no harm in HTML`() throws {
    var scene = inline(MessageContent(email: EmailContent(subject: "Sale", html: "Half", text: "Half")))
    scene.settings.advertising["KR"] = AdvertisingText(sender: "A&B <Co>", optOut: [.email: "<a>"])
    let email = try #require(try scene.content(.email)?.email)
    #expect(email.html == "Half<p>A&amp;B &lt;Co&gt;<br>&lt;a&gt;</p>")
    #expect(email.text == "Half\n\nA&B <Co>\n<a>\n")
  }

  @Test(arguments: ["order", "login", "news"])
  func `what is no advertising has no label`(category: String) throws {
    let scene = Scene(category)
    #expect(try scene.content(.push)?.push == PushContent(title: "Hi", body: "Hello"))
    #expect(try scene.content(.sms)?.sms?.body == "Hello")
    #expect(try scene.content(.email)?.email == EmailContent(subject: "Hi", html: "<p>Hello</p>"))
  }

  @Test func `a template's text is labelled once for each, however many there are`() throws {
    var scene = Scene("sale", to: [.user(1), .user(2)], channels: .all([.sms])).agreed()
    scene.audience.users[2] = Scene.person(2)
    scene.audience.settings[2] = scene.choices
    let text = "(광고)봉수\nHello\n무료수신거부 0801234567"
    #expect(try scene.deliveries.map(\.content.sms?.body) == [text, text])
  }

  @Test func `advertising without sender or way out is refused`() {
    var scene = Scene("sale", channels: .all([.sms])).agreed()
    scene.settings.advertising["KR"]?.optOut[.sms] = nil
    #expect(scene.rejection()?.code == "ADVERTISING_NOT_CONFIGURED")
    #expect(scene.rejection()?.description.contains("no optOut for sms") == true)
    scene.settings.advertising = [:]
    #expect(scene.rejection()?.code == "ADVERTISING_NOT_CONFIGURED")
    #expect(scene.rejection()?.description.contains("nothing for KR") == true)
    scene.choices.advertising = nil
    #expect(scene.rejection() == nil)
  }

  @Test func `each country has its own words`() throws {
    var scene = Scene("sale", channels: .all([.sms])).agreed()
    scene.settings.advertising["JP"] = AdvertisingText(label: "廣告", sender: "B", optOut: [.sms: "STOP"])
    scene.person.locale = "ja-JP"
    #expect(try scene.content(.sms)?.sms?.body == "廣告B\nHello\nSTOP")
  }

  @Test func `a push that is cut to fit keeps sender and way out`() throws {
    var scene = inline(MessageContent(push: PushContent(title: "Sale", body: String(repeating: "가", count: 2_000))))
    #expect(scene.rejection()?.code == "TOO_LONG")
    scene.settings.longPush = .truncate
    let push = try #require(try scene.content(.push)?.push)
    #expect(push.title == "(광고) Sale")
    #expect(push.body.hasPrefix("봉수\n가가"))
    #expect(push.body.hasSuffix("가…\n수신거부: 설정"))
    #expect(jsonBytes(push) <= 3_584)
    #expect(jsonBytes(push) > 3_580)
  }
}

/// Bytes of a push's texts within JSON's quotes, nothing in them having to be escaped but line breaks.
func jsonBytes(_ push: PushContent) -> Int {
  [push.title ?? "", push.actionKey ?? "", push.body].map { $0.utf8.count + $0.utf8.count { $0 == 0x0A } }.reduce(0, +)
}
