import Foundation
import NotificationModel
import Testing
import Worker

@testable import Providers

@Suite("Texts and numbers") struct SMSTextTests {
  @Test(
    arguments: [
      ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("a\r\n\r\nb", "a\n\nb"), ("a\n\nb", "a\n\nb"), ("a\tb", "a b"),
      ("a\u{0}b\u{1B}c\u{7F}d\u{85}e", "abcde"), ("\u{1112}\u{1161}\u{11AB}", "한"), ("plain", "plain"), ("", ""),
    ])
  func `lines end alike, control characters go, pieces of syllables are put together`(text: String, clean: String) {
    #expect(Array(SMSText.clean(text).unicodeScalars) == Array(clean.unicodeScalars))
  }

  @Test(arguments: ["", "\u{0}\u{7}"])
  func `without a text there is nothing to send`(text: String) throws {
    #expect(throws: SendFailure(.permanent, code: "NO_TEXT")) { try SMS.sens().group(of: SMS.request(1, text)) }
  }

  @Test func `without a number there is nobody to send to`() throws {
    for number in ["01012345678", "+82", "+8210123456a8", "", "+82 10-1234-5678"] {
      #expect(throws: SendFailure(.permanent, code: "NO_NUMBER")) {
        try SMS.twilio().group(of: SMS.request(1, to: number))
      }
    }
  }

  @Test(
    arguments: [("+821012345678", "01012345678"), ("+8221234567", "021234567"), ("+827012345678", "07012345678")])
  func `Korean numbers are dialled with a nought`(number: String, domestic: String) throws {
    #expect(try KoreanNumber.domestic(number) == domestic)
  }

  @Test(arguments: ["+12025550123", "+8210123456789", "+82101234", "+8201012345678", "+820101234567", "+8102012345"])
  func `other numbers are not served by Korean vendors`(number: String) throws {
    let request = SMS.request(1, to: number)
    for vendor in [try SMS.sens(), try SMS.solapi(), try SMS.nhn()] as [any SMSVendor] {
      #expect(throws: SendFailure(.permanent, code: "NUMBER_NOT_SERVED")) { try vendor.group(of: request) }
    }
  }

  @Test(
    arguments: [
      ("0212345678", true), ("01012345678", true), ("15880000", true), ("050712345678", true), ("021234567", true),
      ("+82212345678", false), ("02-1234-5678", false), ("", false), ("12345678901", false), ("0212", false),
      ("25880000", false), ("０２１２３４５６７８", false), ("0212345678\n", false),
    ])
  func `a sender's number has the shape of one`(number: String, isOne: Bool) {
    let settings = Result { try SMS.korean(sender: number) }
    #expect((try? settings.get()) != nil ? isOne : !isOne)
    if case .failure(let error) = settings {
      #expect(error as? SendFailure == SendFailure(.providerRefuses, code: "SENDER_IS_NO_NUMBER"))
    }
  }

  @Test func `a title fits into forty bytes`() throws {
    _ = try SMS.korean(title: String(repeating: "가", count: 20))
    for title in [String(repeating: "가", count: 20) + "a", "", "😀", "a\r\nb"] {
      #expect(throws: SendFailure(.providerRefuses, code: "BAD_TITLE")) { try SMS.korean(title: title) }
    }
  }

  @Test func `what must not stand in a path or a header is refused when settings are read`() throws {
    let korean = try SMS.korean()
    for id in ["a/b", "a b", "", "a?b", "é", "a\r\nb"] {
      #expect(throws: SendFailure.self) {
        try SENSSettings(serviceID: id, accessKey: "a", secretKey: "s", korean: korean)
      }
      #expect(throws: SendFailure.self) { try NHNSettings(appKey: id, secretKey: "s", korean: korean) }
      #expect(throws: SendFailure.self) {
        try TwilioSettings(accountSID: id, secret: "s", sender: .number("+15005550006"))
      }
    }
    for key in ["a\nb", "", "a b", "a,b"] {
      #expect(throws: SendFailure.self) { try SolapiSettings(apiKey: key, apiSecret: "s", korean: korean) }
      #expect(throws: SendFailure.self) { try NHNSettings(appKey: "a", secretKey: key, korean: korean) }
    }
  }

  @Test(
    arguments: [
      (TwilioSettings.Sender.number("+15005550006"), true), (.number("15005550006"), false),
      (.service("MG0123456789abcdef0123456789abcdef"), true), (.service("MG0123"), false),
      (.name("Bongsu 1"), true), (.name("12345"), false), (.name("TwelveLetter"), false), (.name("a\nb"), false),
      (.name(""), false),
    ])
  func `a sender at Twilio has the shape of one`(sender: TwilioSettings.Sender, isOne: Bool) {
    let settings = try? TwilioSettings(accountSID: SMS.account, secret: "s", sender: sender)
    #expect((settings != nil) == isOne)
  }
}
