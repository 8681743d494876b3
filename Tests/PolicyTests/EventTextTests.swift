import NotificationModel
import Policy
import Testing

/// Events that say what is to be read themselves, and events of which nothing can be made.
@Suite struct EventTextTests {
  private func inline(_ content: MessageContent, _ category: String = "news") -> Scene {
    var scene = Scene(category)
    (scene.request.template, scene.request.content) = (nil, content)
    return scene
  }

  @Test func `an event's own words are taken as they are, each channel having its own`() throws {
    let push = PushContent(title: "{{a}}", body: "<b>&", actionKey: "k", badge: 2)
    let email = EmailContent(subject: "S", html: "<p>{{b}}</p>", text: "T")
    let scene = inline(MessageContent(push: push, email: email))
    let sent = try scene.deliveries
    #expect(sent.map(\.content) == [MessageContent(push: push), MessageContent(email: email)])
    #expect(sent.allSatisfy { $0.template == nil && $0.templateVersion == nil && $0.locale == nil })
  }

  @Test func `a channel that the event has no words for is refused`() {
    var scene = inline(MessageContent(sms: SMSContent(body: "Hello")))
    scene.request.channels = .all([.sms, .push])
    #expect(scene.rejection()?.code == "NO_TEXT")
  }

  @Test func `an unknown template or category is refused`() {
    var scene = Scene("news")
    scene.request.template = "other"
    #expect(scene.rejection()?.code == "UNKNOWN_TEMPLATE")
    #expect(scene.rejection()?.description == "there is no active template other")
    scene.audience.templates["other"] = CompiledTemplates([])
    #expect(scene.rejection()?.code == "UNKNOWN_TEMPLATE")
    scene.request.category = "gossip"
    #expect(scene.rejection()?.code == "UNKNOWN_CATEGORY")
    #expect(scene.rejection()?.description == "there is no category gossip")
  }

  @Test func `a broken template is refused when it is used, and its key's others are as good as before`() throws {
    var scene = Scene("news", channels: .all([.push]))
    scene.audience.templates["hello"] = CompiledTemplates([
      TemplateDefinition(key: "hello", channel: .push, locale: "ko", body: "Hello"),
      TemplateDefinition(key: "hello", channel: .push, body: "Hello\n{{#name}}"),
      TemplateDefinition(key: "hello", channel: .sms, version: 2, body: "Hello {{"),
    ])
    scene.person.locale = "ko"
    #expect(try scene.outcomes() == ["push.ios 13 sent"])
    scene.person.locale = "en"
    #expect(scene.rejection()?.code == "INVALID_TEMPLATE")
    #expect(
      scene.rejection()?.description
        == "hello, push, default, version 1: line 2: {{#name}} is not ended by {{/name}}")
    // Nobody's text is made for who gets none.
    scene.choices.master = false
    #expect(try scene.outcomes() == ["push.ios 13 OPTED_OUT"])
    scene.choices.master = nil
    scene.request.channels = .all([.sms])
    #expect(scene.rejection()?.description.hasPrefix("hello, sms, default, version 2: line 1") == true)
  }

  @Test func `a template that prints without end is refused`() {
    var scene = Scene("news", channels: .all([.sms]))
    scene.audience.templates["hello"] = CompiledTemplates([
      TemplateDefinition(key: "hello", channel: .sms, body: "{{#a}}{{#a}}{{#a}}{{#a}}x{{/a}}{{/a}}{{/a}}{{/a}}")
    ])
    scene.request.parameters = ["a": .list(Array(repeating: "x", count: 100))]
    #expect(scene.rejection()?.code == "TOO_LONG")
  }

  @Test func `a refusal never says what an event holds`() {
    let secret = "0198-secret"
    var scene = Scene("news", channels: .all([.sms]))
    scene.audience.templates["hello"] = CompiledTemplates([
      TemplateDefinition(key: "hello", channel: .sms, body: "{{code}} {{name}}")
    ])
    scene.request.parameters = ["code": .text(secret)]
    #expect(scene.rejection()?.description.contains(secret) == false)
    scene.request.parameters["name"] = .text("😀" + secret)
    #expect(scene.rejection()?.code == "SMS_CHARACTERS")
    #expect(scene.rejection()?.description.contains(secret) == false)
  }
}
