import Foundation
import NotificationModel
import Testing

@testable import Policy

/// What the channels can carry.
@Suite struct LengthTests {
  private func scene(_ content: MessageContent, to recipient: Recipient = .user(1)) -> Scene {
    var scene = Scene("news", to: [recipient])
    (scene.request.template, scene.request.content) = (nil, content)
    return scene
  }

  private func sms(_ body: String, to number: String = "+821012340001") -> String {
    scene(MessageContent(sms: SMSContent(body: body)), to: .phone(number)).rejection()?.code ?? "sent"
  }

  // MARK: SMS

  @Test(
    arguments: [
      ("", 0), ("abc\n", 4), ("가", 2), ("가나다 abc", 10), (String(repeating: "한", count: 45), 90),
      // Beyond EUC-KR's 2,350 syllables.
      ("뷁똠", 4), ("①㈜→℃", 8), ("漢字", 4), ("あ", 2), ("Ω", 2), ("😀", nil), ("a😀b", nil), ("né", nil),
      ("가\u{301}", nil),
    ] as [(String, Int?)])
  func `an SMS counts bytes as Korea's providers do`(text: String, bytes: Int?) {
    #expect(KoreanBytes.count(text) == bytes)
  }

  @Test(
    arguments: [
      (String(repeating: "가", count: 45), "sent"), (String(repeating: "가", count: 1_000), "sent"),
      (String(repeating: "a", count: 2_000), "sent"), (String(repeating: "가", count: 1_000) + "a", "TOO_LONG"),
      (String(repeating: "a", count: 2_001), "TOO_LONG"), (String(repeating: "①", count: 1_000), "sent"),
      (String(repeating: "①", count: 1_001), "TOO_LONG"), ("Hello 😀", "SMS_CHARACTERS"),
    ])
  func `an SMS in Korea is at most 2,000 bytes of what can be sent there`(body: String, outcome: String) {
    #expect(sms(body) == outcome)
  }

  @Test func `an SMS abroad may hold anything up to 1,600 characters`() {
    #expect(sms("Hello 😀 né", to: "+12125550100") == "sent")
    #expect(sms(String(repeating: "a", count: 1_600), to: "+12125550100") == "sent")
    #expect(sms(String(repeating: "a", count: 1_601), to: "+12125550100") == "TOO_LONG")
    #expect(sms(String(repeating: "가", count: 1_600), to: "+12125550100") == "sent")
    // An emoji counts as the two units that it is sent in.
    #expect(sms(String(repeating: "😀", count: 800), to: "+12125550100") == "sent")
    #expect(sms(String(repeating: "😀", count: 801), to: "+12125550100") == "TOO_LONG")
  }

  @Test func `Hangul that is written in parts is sent in one piece`() throws {
    let apart = "한글 abc".decomposedStringWithCanonicalMapping
    #expect(apart.unicodeScalars.count > 6)
    let scene = scene(MessageContent(sms: SMSContent(body: apart)), to: .phone("+821012340001"))
    let body = try #require(try scene.content(.sms)?.sms?.body)
    #expect(Array(body.unicodeScalars) == Array("한글 abc".unicodeScalars))
    #expect(sms(String(repeating: "한".decomposedStringWithCanonicalMapping, count: 1_000)) == "sent")
  }

  // MARK: Push

  @Test func `a push with a title of 4 kB of emoji is refused, whether bodies are cut or not`() {
    var scene = scene(MessageContent(push: PushContent(title: String(repeating: "😀", count: 1_024), body: "x")))
    for policy in PolicySettings.LongText.allCases {
      scene.settings.longPush = policy
      #expect(scene.rejection()?.code == "TOO_LONG")
      #expect(scene.rejection()?.description.contains("3584 bytes") == true)
    }
  }

  @Test func `title, action, link and body have 3,584 bytes of JSON together`() throws {
    var scene = scene(MessageContent(push: PushContent(title: "ti", body: "", actionKey: "act")))
    scene.request.link = "app://x"
    let room = 3_584 - 2 - 3 - 7
    for (body, isSent) in [
      (String(repeating: "a", count: room), true), (String(repeating: "a", count: room + 1), false),
      (String(repeating: "\"", count: room / 2), true), (String(repeating: "\n", count: room / 2 + 1), false),
      (String(repeating: "\u{1}", count: room / 6), true), (String(repeating: "\u{1}", count: room / 6 + 1), false),
    ] {
      scene.request.content?.push?.body = body
      #expect(scene.rejection()?.code == (isSent ? nil : "TOO_LONG"))
      if isSent { #expect(try scene.content(.push)?.push?.body == body) }
    }
  }

  @Test func `JSON's bytes are those that an encoder writes`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    for text in ["", "a\"b\\c", "\n\r\t\u{8}\u{c}", "\u{0}\u{1f}\u{7f}", "가😀é", "https://x/y"] {
      #expect(JSONSize.of(text) == (try encoder.encode(text).count - 2), "\(text.debugDescription)")
    }
  }

  @Test(arguments: ["a", "가", "😀", "👩‍👩‍👧‍👦", "e\u{301}", "\r\n", "🇰🇷"])
  func `a body that is too long ends between characters, as late as it can`(character: String) throws {
    let body = String(repeating: character, count: 4_000)
    var scene = scene(MessageContent(push: PushContent(title: "Hi", body: body)))
    #expect(scene.rejection()?.code == "TOO_LONG")
    scene.settings.longPush = .truncate
    let short = try #require(try scene.content(.push)?.push?.body)
    #expect(short.hasSuffix("…"))
    let kept = short.dropLast()
    #expect(body.hasPrefix(kept))
    #expect(kept.allSatisfy { String($0) == character })
    let size = try JSONEncoder().encode(short).count
    #expect(size <= 3_584)
    #expect(size + JSONSize.of(character) > 3_584)
  }

  @Test func `a body that fits is not cut`() throws {
    var scene = scene(MessageContent(push: PushContent(body: String(repeating: "a", count: 3_584))))
    scene.settings.longPush = .truncate
    #expect(try scene.content(.push)?.push?.body.utf8.count == 3_584)
  }

  // MARK: E-mail

  @Test(arguments: ["a\r\nBcc: b@c.de", "a\nBcc: b@c.de", "a\rBcc: b@c.de", "\na\u{2028}\u{85}Bcc: b@c.de\r\n"])
  func `a mail's subject is one line`(subject: String) throws {
    let mail = scene(MessageContent(email: EmailContent(subject: subject, text: "a\nb")))
    #expect(try mail.content(.email)?.email == EmailContent(subject: "a Bcc: b@c.de", text: "a\nb"))
  }

  @Test func `a parameter cannot break a subject's line either`() throws {
    var scene = Scene("news", channels: .all([.email]))
    scene.audience.templates["hello"] = CompiledTemplates([
      TemplateDefinition(key: "hello", channel: .email, subject: "Hi {{name}}", body: "x")
    ])
    scene.request.parameters = ["name": "Kim\r\nBcc: b@c.de"]
    #expect(try scene.content(.email)?.email?.subject == "Hi Kim Bcc: b@c.de")
  }

  @Test func `a mail is at most 900,000 bytes of JSON`() {
    func mail(_ count: Int, _ character: String) -> String? {
      let html = String(repeating: character, count: count)
      return scene(MessageContent(email: EmailContent(subject: "Hi", html: html))).rejection()?.code
    }
    #expect(mail(899_998, "a") == nil)
    #expect(mail(899_999, "a") == "TOO_LONG")
    #expect(mail(450_000, "\"") == "TOO_LONG")
  }
}
