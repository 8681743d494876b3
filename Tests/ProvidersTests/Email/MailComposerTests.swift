import Foundation
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("What no mail is made of") struct MailComposerTests {
  private func failure(_ make: () throws -> MailMessage) -> SendFailure? {
    #expect(throws: SendFailure.self) { try make() }
  }

  @Test(arguments: [
    ("", "INVALID_ADDRESS"), ("a", "INVALID_ADDRESS"), ("a@b", "INVALID_ADDRESS"), ("a@b@c.kr", "INVALID_ADDRESS"),
    ("a b@c.kr", "INVALID_ADDRESS"), ("a@c.kr\r\nRCPT TO:<x@y.kr>", "INVALID_ADDRESS"),
    ("a\r\n@c.kr", "INVALID_ADDRESS"),
    ("a@c.kr>", "INVALID_ADDRESS"), ("<a@c.kr", "INVALID_ADDRESS"), ("a@c.kr\n", "INVALID_ADDRESS"),
    ("a@c.kr\u{0}", "INVALID_ADDRESS"), ("a,b@c.kr", "INVALID_ADDRESS"), ("\"a\"@c.kr", "INVALID_ADDRESS"),
    ("a@[127.0.0.1]", "INVALID_ADDRESS"), ("a@127.0.0.1", "INVALID_ADDRESS"), ("a@b.c.1", "INVALID_ADDRESS"),
    (".a@c.kr", "INVALID_ADDRESS"), ("a..b@c.kr", "INVALID_ADDRESS"), ("a@-c.kr", "INVALID_ADDRESS"),
    ("\(String(repeating: "a", count: 65))@c.kr", "INVALID_ADDRESS"), ("김@c.kr", "ADDRESS_NEEDS_SMTPUTF8"),
    ("a\u{301}@c.kr", "ADDRESS_NEEDS_SMTPUTF8"), ("a@한국.kr", "ADDRESS_NEEDS_PUNYCODE"),
    ("김@한국.kr", "ADDRESS_NEEDS_SMTPUTF8"), ("a@c.한국", "ADDRESS_NEEDS_PUNYCODE"),
  ])
  func `addresses that no server may see`(address: String, code: String) throws {
    #expect(failure { try MailFixture.mail(to: address) } == SendFailure(.permanent, code: code))
  }

  @Test(arguments: ["a@b.kr", "a.b+c_d-e=f@xn--3e0b707e.kr", "o'neil@sub.example.com", "1@2.b3"])
  func `addresses that are taken as they are`(address: String) throws {
    let mail = try MailFixture.mail(to: address)
    #expect(mail.envelopeTo == address)
    #expect(String(decoding: mail.bytes, as: UTF8.self).contains("\r\nTo: \(address)\r\n"))
  }

  @Test func `a delivery of another channel, without content, or with an id that would write headers`() throws {
    let composer = try MailComposer(MailFixture.settings)
    func code(_ change: (inout Delivery) -> Void) -> String? {
      var delivery = MailFixture.delivery()
      change(&delivery)
      return failure { try composer.message(for: delivery, now: MailFixture.now) }?.code
    }
    #expect(code { $0.address = .phone("+821012345678") } == "NO_EMAIL")
    #expect(code { $0.content = MessageContent(sms: SMSContent(body: "b")) } == "NO_EMAIL")
    #expect(code { $0.content = MessageContent(email: EmailContent(subject: "s")) } == "EMPTY_EMAIL")
    for id in ["", "a>\r\nBcc: x@y.kr", "a@b", "한", "a b", String(repeating: "a", count: 51)] {
      #expect(code { $0.id = id } == "BAD_DELIVERY_ID")
    }
  }

  /// What is read by whoever decodes it, and by whoever does not.
  @Test(arguments: ["\r\n", "\n", "\r", "\u{0}", "\u{85}", "\u{2028}", "\u{2029}", "\r\n ", "\u{B}", "\u{1B}"])
  func `no subject or category begins a header of its own`(separator: String) throws {
    for word in ["plain", "한글"] {
      let content = EmailContent(subject: "\(word)\(separator)Bcc: x@y.kr\(separator)\(separator)<html>", text: "t")
      let mail = try MailFixture.mail(content, category: "a\(separator)Bcc: x@y.kr")
      let head = try #require(String(decoding: mail.bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n").first)
      let lines = head.components(separatedBy: "\r\n")
      #expect(lines.allSatisfy { !$0.hasPrefix("Bcc") && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
      #expect(lines.contains { $0.hasPrefix("Feedback-ID: a_") && $0.hasSuffix("Bcc__x_y_kr:bongsu") })
      #expect(HeaderLines.cleaned(content.subject).unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }

  @Test func `a line that could end is written by nobody`() throws {
    var lines = HeaderLines()
    for value in ["a\r\nb", "a\nb", "a\rb", "한", "\u{0}", "\t", "\u{7F}"] {
      #expect(throws: SendFailure(.permanent, code: "BAD_HEADER")) { try lines.add("X", value) }
    }
    #expect(lines.bytes == [])
  }

  @Test func `settings that no mail could be made with are refused at the start, by name`() throws {
    func code(_ change: (inout EmailSettings) -> Void) -> String? {
      let error = #expect(throws: SendFailure.self) {
        try MailFixture.mail(EmailContent(subject: "s", text: "t"), change)
      }
      #expect(error?.effect == .providerRefuses)
      return error?.code
    }
    #expect(code { $0.from = "a" } == "BAD_FROM")
    #expect(code { $0.replyTo = "a@b.kr\r\nBcc: x@y.kr" } == "BAD_REPLY_TO")
    #expect(code { $0.messageIDDomain = "a b.kr" } == "BAD_MESSAGE_ID_DOMAIN")
    #expect(code { $0.returnPathDomain = "한국.kr" } == "BAD_RETURN_PATH_DOMAIN")
    let long = Array(repeating: String(repeating: "a", count: 60), count: 4).joined(separator: ".")
    #expect(code { $0.returnPathDomain = String(long.prefix(200)) } == "BAD_RETURN_PATH_DOMAIN")
    for sender in ["abcd", "a b c d", "sixteen-letters-", "abcde\r\n"] {
      #expect(code { $0.feedbackSender = sender } == "BAD_FEEDBACK_SENDER")
    }
    for url in [
      "http://a.kr/", "https://a.kr/u", "https://a.kr/>\r\n/", "https://a.kr/ /", "https://a.kr/<x>/", "https://한/",
    ] {
      #expect(code { $0.unsubscribe?.baseURL = url } == "BAD_UNSUBSCRIBE_URL")
    }
    #expect(code { $0.unsubscribe?.secret = "15 bytes are no" } == "UNSUBSCRIBE_SECRET_TOO_SHORT")
  }

  @Test func `settings show no secret`() throws {
    var settings = MailFixture.settings
    settings.unsubscribe?.secret = "hidden-secret-of-mine"
    settings.dkim = [DKIMSettings(domain: "example.com", selector: "s", key: "hidden")]
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(!"\(settings) \(dumped)".contains("hidden"))
  }

  @Test func `without a return path bounces go to the sender, and the same delivery is the same mail`() throws {
    let mail = try MailFixture.mail { $0.returnPathDomain = nil }
    #expect(mail.envelopeFrom == "news@mail.example.com")
    #expect(try MailFixture.mail { $0.returnPathDomain = nil } == mail)
  }
}

@Suite("Tokens that unsubscribe") struct UnsubscribeTokenTests {
  private static let secret = "sixteen bytes at least"

  @Test func `come back as the delivery, and only with the secret`() {
    let token = UnsubscribeToken.make(deliveryID: MailFixture.id, secret: Self.secret)
    #expect(token.utf8.count == 70)
    #expect(UnsubscribeToken.deliveryID(of: token, secret: Self.secret) == MailFixture.id)
    #expect(UnsubscribeToken.deliveryID(of: token, secret: Self.secret + "x") == nil)
  }

  @Test func `no changed letter, cut or lengthened token is taken`() {
    let token = Array(UnsubscribeToken.make(deliveryID: "ab", secret: Self.secret).utf8)
    for place in token.indices {
      var changed = token
      changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(UnsubscribeToken.deliveryID(of: String(decoding: changed, as: UTF8.self), secret: Self.secret) == nil)
      let cut = String(decoding: token[..<place], as: UTF8.self)
      #expect(UnsubscribeToken.deliveryID(of: cut, secret: Self.secret) == nil)
    }
    #expect(
      UnsubscribeToken.deliveryID(of: String(decoding: token, as: UTF8.self) + "AAAA", secret: Self.secret) == nil)
  }
}
